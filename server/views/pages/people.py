"""The operator's page about everybody who signs in."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from server.auth import lifetime
from server.db import get_db, writing
from server.exceptions import Conflict, Invalid
from server.models import Account
from server.runtime import get_runtime
from server.services import account_sessions, mail, second_factors
from server.services import people as people_service
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, blame
from server.views.pages.forms_people import InvitationForm, RoleForm
from server.views.pages.passwords import link_address, send_link
from server.views.pages.wording import reason_sentence


@bp.get("/people")
def people() -> str:
    """The accounts, by name; ``?q=`` finds some."""
    words = request.args.get("q", "").strip()[:200]
    page = people_service.page_of_people(get_db(), request.args.get("page", 1, type=int), words)
    return render_template("people.html", page=page, words=words)


@bp.route("/people/new", methods=["GET", "POST"])
def invite() -> Response | str | tuple[str, int]:
    """Somebody new: the page that follows shows the link to give them."""
    form = _with_courses(InvitationForm())
    if form.validate_on_submit():
        try:
            with writing(get_db()):
                made = people_service.invite(
                    get_db(), form.email.data, form.name.data, form.role.data, form.courses.data
                )
                audited("account_created", f"account:{made.id}", role=made.role)
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            return _person_page(made, link=_give_link(made)), 201
    page = render_template("invite.html", form=form)
    return (page, 422) if form.is_submitted() else page


@bp.get("/people/<int:account_id>")
def person(account_id: int) -> str:
    """One account."""
    return _person_page(people_service.get(get_db(), account_id))


@bp.post("/people/<int:account_id>")
def change_person(account_id: int) -> Response | tuple[str, int]:
    """Another role, other courses."""
    found = people_service.get(get_db(), account_id)
    form = _with_courses(RoleForm())
    if form.validate_on_submit():
        try:
            with writing(get_db()):
                people_service.change(get_db(), account(), found, form.role.data, form.courses.data)
                courses = sorted(people_service.courses_of(get_db(), found))
                audited("account_changed", f"account:{account_id}", role=found.role, courses=courses)
        except Conflict as error:
            flash(reason_sentence(error.reason), "problem")
        else:
            flash(gettext("Saved."))
        return redirect(url_for("pages.person", account_id=account_id))
    return _person_page(found, role_form=form), 422


@bp.post("/people/<int:account_id>/disable")
def disable_person(account_id: int) -> Response:
    """Lets them in no more."""
    return _set_active(account_id, False)


@bp.post("/people/<int:account_id>/enable")
def enable_person(account_id: int) -> Response:
    """Lets them in again."""
    return _set_active(account_id, True)


@bp.post("/people/<int:account_id>/sign-out")
def sign_person_out(account_id: int) -> Response:
    """Ends all their sessions."""
    found = people_service.get(get_db(), account_id)
    with writing(get_db()):
        account_sessions.end_all(get_db(), account_id)
        audited("account_signed_out", f"account:{account_id}")
    flash(gettext("%(name)s is signed out everywhere.", name=found.name))
    return redirect(url_for("pages.person", account_id=account_id))


@bp.post("/people/<int:account_id>/link")
def new_person_link(account_id: int) -> str:
    """A one-time link for choosing a password, shown this once."""
    found = people_service.get(get_db(), account_id)
    return _person_page(found, link=_give_link(found))


@bp.post("/people/<int:account_id>/second-factors/removal")
def remove_second_factors(account_id: int) -> Response:
    """For somebody who lost phone, passkeys and recovery codes."""
    found = people_service.get(get_db(), account_id)
    with writing(get_db()):
        second_factors.remove_all(get_db(), found)
        audited("second_factor_removed", f"account:{account_id}", kind="all")
    flash(gettext("%(name)s signs in with the password alone now.", name=found.name))
    return redirect(url_for("pages.person", account_id=account_id))


def _give_link(found: Account) -> str:
    audited("account_link_made", f"account:{found.id}")
    return send_link(found) if mail.configured(get_runtime().settings) else link_address(found)


def _set_active(account_id: int, active: bool) -> Response:
    found = people_service.get(get_db(), account_id)
    try:
        with writing(get_db()):
            people_service.set_active(get_db(), account(), found, active)
            audited("account_enabled" if active else "account_disabled", f"account:{account_id}")
    except Conflict as error:
        flash(reason_sentence(error.reason), "problem")
    return redirect(url_for("pages.person", account_id=account_id))


def _with_courses(form: FlaskForm) -> FlaskForm:
    known = people_service.all_courses(get_db())
    form.courses.choices = [SelectChoice(course.id, f"{course.code} · {course.name}") for course in known]
    return form


def _person_page(found: Account, *, role_form: FlaskForm | None = None, link: str | None = None) -> str:
    db = get_db()
    held = sorted(people_service.courses_of(db, found))
    return render_template(
        "person.html",
        person=found,
        own=found.id == account().id,
        role_form=role_form or _with_courses(RoleForm(formdata=None, role=found.role, courses=held)),
        sign_ins=account_sessions.of(db, found, lifetime(get_runtime().settings)),
        second_factor=second_factors.needed(db, found),
        link=link,
        mailed=link is not None and mail.configured(get_runtime().settings),
        form=BareForm(formdata=None),
    )
