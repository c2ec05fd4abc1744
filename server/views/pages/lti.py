"""Learning management systems: registering them, connecting courses, exchanging rosters and rates."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Forbidden, Invalid, NotFound, ServerError, Unavailable
from server.models import LtiContext
from server.runtime import get_runtime
from server.services import courses, lti_exchange, lti_launches, lti_platforms
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm
from server.views.pages.forms_lti import PlatformForm
from server.views.pages.wording import reason_sentence

SHOWN_REFUSALS = 20


@bp.route("/platforms", methods=["GET", "POST"])
def lti_platforms_page() -> Response | str | tuple[str, int]:
    """The registered platforms; POST registers one."""
    if not account().is_administrator:
        raise Forbidden("administrator_only")
    db, form = get_db(), PlatformForm()
    if form.validate_on_submit():
        try:
            lti_platforms.register(
                db,
                account(),
                get_runtime().vault,
                name=form.name.data,
                issuer=form.issuer.data,
                client_id=form.client_id.data,
                deployment_ids=form.deployment_ids.data.splitlines(),
                auth_login_url=form.auth_login_url.data,
                auth_token_url=form.auth_token_url.data,
                key_set_url=form.key_set_url.data,
            )
        except (Invalid, Conflict) as error:
            form.issuer.errors = [reason_sentence(error.reason)]
        else:
            flash(gettext("%(name)s is registered.", name=form.name.data))
            return redirect(url_for("pages.lti_platforms_page"))
    page = render_template("lti_platforms.html", form=form, platforms=lti_platforms.list_all(db))
    return (page, 422) if form.is_submitted() else page


@bp.post("/platforms/<int:platform_id>/removal")
def remove_lti_platform(platform_id: int) -> Response:
    """Forgets a platform."""
    lti_platforms.remove(get_db(), account(), platform_id)
    flash(gettext("The platform is removed; nobody comes in through it any more."))
    return redirect(url_for("pages.lti_platforms_page"))


@bp.route("/lti/connect/<token>", methods=["GET", "POST"])
def lti_connect(token: str) -> Response | str:
    """Asks whoever is signed in whether they are the person who came from the platform."""
    form = BareForm()
    if not form.validate_on_submit():
        return render_template("lti_connect.html", form=form, token=token)
    lti_launches.connect(get_db(), token, account())
    flash(gettext("From now on your course page opens this account."))
    return redirect(url_for("pages.courses"))


@bp.route("/lti/contexts/<int:context_id>", methods=["GET", "POST"])
def lti_context(context_id: int) -> Response | str:
    """A platform's course: asks which course here it is, then leads there."""
    db = get_db()
    place = lti_launches.context(db, account(), context_id)
    if place.course_id is not None:
        return redirect(url_for("pages.course", course_id=place.course_id))
    form = BareForm()
    if form.validate_on_submit():
        wanted = request.form.get("course", type=int)
        if wanted:
            course = courses.get(db, account(), wanted)
        else:
            zone = get_runtime().settings.default_time_zone
            course = courses.create(db, account(), place.title[:32], place.title, zone, 10)
        lti_launches.connect_course(db, place, course)
        flash(gettext("%(title)s is connected.", title=place.title))
        return redirect(url_for("pages.course_platforms", course_id=course.id))
    return render_template(
        "lti_context.html", form=form, place=place, courses=courses.list_for(db, account())
    )


@bp.get("/courses/<int:course_id>/platforms")
def course_platforms(course_id: int) -> str:
    """What the course exchanges with platforms."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    return render_template(
        "course_platforms.html",
        course=course,
        places=lti_launches.contexts_of(db, course),
        form=BareForm(formdata=None),
    )


@bp.post("/courses/<int:course_id>/platforms/<int:context_id>/roster")
def fetch_lti_roster(course_id: int, context_id: int) -> Response:
    """Fetches the roster from the platform."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    place = _place(course_id, context_id)
    try:
        result = lti_exchange.fetch_roster(db, place, course, get_runtime().vault)
    except (Conflict, Unavailable) as error:
        return _back(course_id, error)
    get_runtime().roster_changed(db, course_id)
    flash(ngettext("%(num)d student added.", "%(num)d students added.", result.added))
    if result.already_enrolled:
        flash(
            ngettext(
                "%(num)d was enrolled already.", "%(num)d were enrolled already.", result.already_enrolled
            )
        )
    for name, reason in result.refused[:SHOWN_REFUSALS]:
        flash(f"{name}: {reason_sentence(reason)}", "problem")
    return _back(course_id)


@bp.post("/courses/<int:course_id>/platforms/<int:context_id>/rates")
def send_lti_rates(course_id: int, context_id: int) -> Response:
    """Sends the attendance rates to the platform's gradebook."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    try:
        sent = lti_exchange.send_rates(db, _place(course_id, context_id), course, get_runtime().vault)
    except (Conflict, Unavailable) as error:
        return _back(course_id, error)
    flash(ngettext("%(num)d rate was sent.", "%(num)d rates were sent.", sent))
    return _back(course_id)


@bp.post("/courses/<int:course_id>/platforms/<int:context_id>/end")
def disconnect_lti(course_id: int, context_id: int) -> Response:
    """Ends the connection; what was fetched and sent stays."""
    lti_launches.connect_course(get_db(), _place(course_id, context_id), None)
    return _back(course_id)


def _place(course_id: int, context_id: int) -> LtiContext:
    place = lti_launches.context(get_db(), account(), context_id)
    if place.course_id != course_id:
        raise NotFound("lti_context_not_found")
    return place


def _back(course_id: int, error: ServerError | None = None) -> Response:
    if error is not None:
        flash(reason_sentence(error.reason), "problem")
    return redirect(url_for("pages.course_platforms", course_id=course_id))
