"""Bringing a whole list: reading it, showing what it would change, taking it over."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import Course, RosterDraft
from server.runtime import get_runtime
from server.services import courses, roster_drafts, roster_files
from server.services.oneroster_import import BundleIncomplete
from server.services.roster_columns import Layout
from server.services.roster_files import Brought
from server.services.roster_plan import Plan
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import blame
from server.views.pages.forms_roster import ColumnsForm, RosterForm
from server.views.pages.roster import roster_page
from server.views.pages.wording import reason_sentence

SAMPLE_ROWS = 5


@bp.post("/courses/<int:course_id>/roster")
def import_roster(course_id: int) -> Response | tuple[str, int]:
    """Reads a list and shows what it would change."""
    found = courses.get(get_db(), account(), course_id)
    form = RosterForm(prefix="roster")
    if form.validate_on_submit():
        try:
            brought, source = _brought(form)
            draft = roster_drafts.keep(
                get_db(), found, account(), brought, source=source, whole=form.whole.data
            )
        except BundleIncomplete as error:
            form.file.errors = [f"{reason_sentence(error.reason)} {', '.join(error.missing)}"]
        except Invalid as error:
            blame(form, error)
        else:
            return redirect(url_for("pages.roster_draft", course_id=course_id, draft_id=draft.id))
    return roster_page(found, roster_form=form), 422


@bp.get("/courses/<int:course_id>/roster/lists/<int:draft_id>")
def roster_draft(course_id: int, draft_id: int) -> Response | str:
    """What a list would change; before that, what its columns mean."""
    found, draft = _draft(course_id, draft_id)
    plan = roster_drafts.preview(get_db(), found, draft)
    brought = Brought.from_json(draft.content)
    if brought.classes and (plan is None or request.args.get("columns")):
        return render_template("roster_classes.html", course=found, draft=draft, classes=brought.classes)
    if plan is None or request.args.get("columns"):
        return _columns_page(found, draft, ColumnsForm(formdata=None, prefix="columns"))
    return render_template("roster_preview.html", course=found, draft=draft, plan=plan, digest=plan.digest())


@bp.post("/courses/<int:course_id>/roster/lists/<int:draft_id>/columns")
def choose_columns(course_id: int, draft_id: int) -> Response | tuple[str, int]:
    """Says which columns hold what."""
    found, draft = _draft(course_id, draft_id)
    form = ColumnsForm(prefix="columns").offer(Brought.from_json(draft.content).rows)
    if form.validate_on_submit():
        family = form.family.data if form.family.data >= 0 else None
        layout = Layout(form.number.data, form.name.data, family, form.heading.data)
        try:
            roster_drafts.choose_columns(get_db(), draft, layout)
        except Invalid as error:
            blame(form, error)
        else:
            return redirect(url_for("pages.roster_draft", course_id=course_id, draft_id=draft_id))
    return _columns_page(found, draft, form), 422


@bp.post("/courses/<int:course_id>/roster/lists/<int:draft_id>/class")
def choose_class(course_id: int, draft_id: int) -> Response:
    """Says which class of a bundle it is."""
    _, draft = _draft(course_id, draft_id)
    try:
        roster_drafts.choose_class(get_db(), draft, request.form.get("class", -1, type=int))
    except Invalid as error:
        flash(reason_sentence(error.reason), "problem")
    return redirect(url_for("pages.roster_draft", course_id=course_id, draft_id=draft_id))


@bp.post("/courses/<int:course_id>/roster/lists/<int:draft_id>/confirmation")
def confirm_roster(course_id: int, draft_id: int) -> Response:
    """Takes a list over, as it was shown."""
    found, draft = _draft(course_id, draft_id)
    try:
        plan = roster_drafts.confirm(get_db(), found, draft, request.form.get("digest", ""))
    except (Conflict, Invalid) as error:
        flash(reason_sentence(error.reason), "problem")
        return redirect(url_for("pages.roster_draft", course_id=course_id, draft_id=draft_id))
    get_runtime().roster_changed(get_db(), course_id)
    audited("roster_replaced", f"course:{course_id}", changes=plan.changes)
    _tell(plan)
    return redirect(url_for("pages.roster", course_id=course_id))


@bp.post("/courses/<int:course_id>/roster/lists/<int:draft_id>/removal")
def discard_roster(course_id: int, draft_id: int) -> Response:
    """Forgets a list."""
    _, draft = _draft(course_id, draft_id)
    roster_drafts.discard(get_db(), draft)
    return redirect(url_for("pages.roster", course_id=course_id))


def _draft(course_id: int, draft_id: int) -> tuple[Course, RosterDraft]:
    found = courses.get(get_db(), account(), course_id)
    return found, roster_drafts.get(get_db(), found, account(), draft_id)


def _columns_page(found: Course, draft: RosterDraft, form: ColumnsForm) -> str:
    rows = Brought.from_json(draft.content).rows
    form.offer(rows)
    if not form.is_submitted():
        layout = Layout(**draft.layout) if draft.layout else Layout(0, min(1, len(rows[0][1]) - 1))
        form.number.data, form.name.data, form.heading.data = layout.number, layout.name, layout.heading
        form.family.data = -1 if layout.family is None else layout.family
    return render_template(
        "roster_columns.html", course=found, draft=draft, columns_form=form, sample=rows[:SAMPLE_ROWS]
    )


def _brought(form: RosterForm) -> tuple[Brought, str]:
    """What was pasted, else what the file holds, with the file's name."""
    upload = request.files.get(form.file.name)
    if form.text.data or upload is None or not upload.filename:
        return roster_files.from_text(form.text.data or ""), ""
    return roster_files.from_file(upload.stream.read(roster_files.MAX_BYTES + 1)), upload.filename


def _tell(plan: Plan) -> None:
    """Says what a list did."""
    joined = len(plan.added) + len(plan.returning)
    flash(ngettext("%(num)d student added.", "%(num)d students added.", joined))
    if plan.renamed:
        flash(ngettext("%(num)d name corrected.", "%(num)d names corrected.", len(plan.renamed)))
    if plan.dropped:
        left = len(plan.dropped)
        flash(ngettext("%(num)d student left the roster.", "%(num)d students left the roster.", left))
    if plan.bad_rows:
        flash(
            ngettext("%(num)d line was left out.", "%(num)d lines were left out.", len(plan.bad_rows)),
            "problem",
        )
