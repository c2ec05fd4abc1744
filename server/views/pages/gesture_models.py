"""The page *Gestures*: models are brought, explained, put to use and removed."""

from typing import Any

from flask import Response as FlaskResponse
from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.auth import current_kiosk
from server.db import get_db
from server.exceptions import Conflict, Invalid, ServerError
from server.models import Gesture, GestureModel, Kiosk
from server.services import gesture_models, gesture_serving, kiosks
from server.services.gesture_archive import MAX_ZIP_BYTES, from_upload
from server.services.gesture_export import ExportRefused, read_export
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp, wants_json
from server.views.pages.wording import reason_sentence, teaching_words

ALL = "all"
MOST_FILES = 8


@bp.get("/gestures")
def gestures() -> str:
    """What kiosks use, and every model that is kept."""
    return _overview()


@bp.post("/gestures")
def import_gestures() -> Response | str | tuple[str, int]:
    """Takes an export, as a zip or three files; JSON for the page that teaches, else the model's page."""
    try:
        export = read_export(from_upload(_uploads()))
        taught = request.form.get("origin") == gesture_models.TAUGHT
        model = gesture_models.keep(
            get_db(),
            export,
            name=request.form.get("name", ""),
            origin=gesture_models.TAUGHT if taught else gesture_models.IMPORTED,
            account=account(),
        )
        if request.form.get("target"):
            _use(model, request.form["target"])
    except ServerError as error:
        if wants_json():
            return make_response(
                jsonify(reason=error.reason, message=reason_sentence(error.reason)), error.status
            )
        if not isinstance(error, ExportRefused | Conflict):
            raise
        return _overview(refusal=error), error.status
    where = url_for("pages.gesture_model", model_id=model.id)
    if wants_json():
        return make_response(jsonify(id=model.id, url=where), 201)
    return redirect(where)


@bp.get("/gestures/teach")
def teach_gestures() -> str:
    """Where a model is taught with this browser's camera. All of that happens in the browser."""
    return render_template(
        "teach_gestures.html",
        gestures=list(Gesture),
        kiosks=my_kiosks(),
        this_kiosk=current_kiosk(),
        words=teaching_words(),
        all=ALL,
    )


@bp.get("/gestures/models/<int:model_id>")
def gesture_model(model_id: int) -> str:
    """One model: what its labels mean, where it is used."""
    return _model_page(gesture_models.get(get_db(), model_id))


@bp.post("/gestures/models/<int:model_id>/labels")
def explain_gestures(model_id: int) -> Response | tuple[str, int]:
    """Says what the labels mean. Fields are numbered like the labels, which may hold anything."""
    model = gesture_models.get(get_db(), model_id)
    fields = ((label, request.form.get(f"label-{number}", "")) for number, label in enumerate(model.labels))
    said = {label: gesture for label, gesture in fields if gesture}
    try:
        gesture_models.explain(get_db(), model, said)
    except Invalid as error:
        return _model_page(model, error), error.status
    flash(gettext("It is remembered: models with the same labels need no asking."))
    return redirect(url_for("pages.gesture_model", model_id=model_id))


@bp.post("/gestures/models/<int:model_id>/use")
def use_gestures(model_id: int) -> Response | tuple[str, int]:
    """Puts a model to use, everywhere or at one kiosk."""
    model = gesture_models.get(get_db(), model_id)
    try:
        flash(_use(model, request.form.get("target", ALL)))
    except Conflict as error:
        return _model_page(model, error), error.status
    return redirect(url_for("pages.gestures"))


@bp.post("/gestures/default")
def use_default_gestures() -> Response:
    """Back to the default: everywhere, or at one kiosk to what all others use."""
    flash(_use(None, request.form.get("target", ALL)))
    return redirect(url_for("pages.gestures"))


@bp.get("/gestures/models/<int:model_id>/export.zip")
def gesture_export(model_id: int) -> FlaskResponse:
    """The model as Teachable Machine would hand it out."""
    model = gesture_models.get(get_db(), model_id)
    response = make_response(gesture_serving.as_zip(model))
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="gestures-{model.id}.zip"'
    return response


@bp.post("/gestures/models/<int:model_id>/removal")
def remove_gestures(model_id: int) -> Response:
    """Deletes a model; kiosks that used it go back."""
    gesture_models.remove(get_db(), gesture_models.get(get_db(), model_id))
    flash(gettext("The model was removed."))
    return redirect(url_for("pages.gestures"))


def _uploads() -> list[tuple[str, bytes]]:
    uploads = [one for one in request.files.getlist("export") if one.filename][:MOST_FILES]
    if not uploads:
        raise ExportRefused("gesture_file_missing", "nothing was sent")
    return [(one.filename or "", one.stream.read(MAX_ZIP_BYTES + 1)) for one in uploads]


def _use(model: GestureModel | None, target: str) -> str:
    """Puts it to use and says so."""
    if target == ALL:
        gesture_models.use_everywhere(get_db(), model)
        audited("gestures_changed", f"gestures:{model.id if model else 'default'}")
        if model is None:
            return gettext("All kiosks use the default model now.")
        return gettext("All kiosks use %(name)s now.", name=model.name)
    kiosk_id = int(target) if target.isdecimal() else 0
    kiosk = gesture_models.use_at(get_db(), account(), kiosk_id, model)
    if model is None:
        return gettext("%(kiosk)s uses what all kiosks use.", kiosk=kiosk.name)
    return gettext("%(kiosk)s uses %(name)s now.", kiosk=kiosk.name, name=model.name)


def my_kiosks() -> list[Kiosk]:
    """The kiosks that the account may choose a model for."""
    return kiosks.working(get_db(), account())


def _overview(refusal: ServerError | None = None) -> str:
    db = get_db()
    models = gesture_models.list_all(db)
    chosen = gesture_models.kiosk_choices(db)
    return render_template(
        "gestures.html",
        models=models,
        by_id={model.id: model for model in models},
        everyone=gesture_models.for_everyone(db),
        with_own=[(kiosk, chosen[kiosk.id]) for kiosk in my_kiosks() if kiosk.id in chosen],
        unexplained=gesture_models.unexplained,
        refusal=refusal and reason_sentence(refusal.reason),
        gestures=list(Gesture),
        all=ALL,
    )


def _model_page(model: GestureModel, refusal: ServerError | None = None) -> str:
    facts: dict[str, Any] = {
        "model": model,
        "open_labels": gesture_models.unexplained(model),
        "missing": gesture_models.missing(model),
        "page": kiosks.page_of_working(get_db(), account(), request.args.get("page", 1, type=int)),
        "this_kiosk": current_kiosk(),
        "choices": gesture_models.kiosk_choices(get_db()),
    }
    return render_template(
        "gesture_model.html",
        **facts,
        refusal=refusal and reason_sentence(refusal.reason),
        gestures=list(Gesture),
        all=ALL,
    )
