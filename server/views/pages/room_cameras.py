"""The rooms' cameras: registered and removed by administrators."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.runtime import get_runtime
from server.services import room_cameras as cameras
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, blame
from server.views.pages.forms_pictures import CameraForm


@bp.route("/cameras", methods=["GET", "POST"])
def room_cameras() -> Response | str | tuple[str, int]:
    """The list; POST adds one."""
    runtime, form = get_runtime(), CameraForm()
    if form.validate_on_submit():
        try:
            camera = cameras.register(
                get_db(),
                runtime.vault,
                account(),
                form.name.data,
                form.address.data,
                runtime.settings.allowed_camera_hosts,
            )
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            flash(gettext("%(name)s can be used for roll-calls now.", name=camera.name))
            return redirect(url_for("pages.room_cameras"))
    page = render_template(
        "room_cameras.html",
        form=form,
        bare_form=BareForm(formdata=None),
        cameras=cameras.list_all(get_db()),
        hosts=runtime.settings.allowed_camera_hosts,
    )
    return (page, 422) if form.is_submitted() else page


@bp.post("/cameras/<int:camera_id>/removal")
def remove_camera(camera_id: int) -> Response:
    """Forgets a camera."""
    cameras.remove(get_db(), account(), camera_id)
    flash(gettext("The camera is removed."))
    return redirect(url_for("pages.room_cameras"))
