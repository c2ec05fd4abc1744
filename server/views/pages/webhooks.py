"""The webhooks of a course: added, tried, taken up again, removed, and what came of each attempt."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import Course, Webhook
from server.runtime import get_runtime
from server.services import courses, webhooks
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import blame
from server.views.pages.forms_exports import WebhookForm

PROBLEMS = {
    "address_refused": lazy_gettext("Address not allowed"),
    "address_private": lazy_gettext("Private address"),
    "name_unknown": lazy_gettext("Name unknown"),
    "no_answer": lazy_gettext("No answer"),
    "not_taken": lazy_gettext("Not taken"),
}


@bp.app_template_filter("delivery_words")
def delivery_words(problem: str) -> str:
    """Why an attempt does not count as delivered."""
    return str(PROBLEMS[problem])


@bp.get("/courses/<int:course_id>/webhooks")
def course_webhooks(course_id: int) -> str:
    """The course's webhooks, and the log of their deliveries."""
    return _page(_course(course_id), WebhookForm(formdata=None, prefix="webhook"))


@bp.post("/courses/<int:course_id>/webhooks")
def add_webhook(course_id: int) -> str | tuple[str, int]:
    """Adds one, and shows the secret that its deliveries are signed with this once."""
    found = _course(course_id)
    form = WebhookForm(prefix="webhook")
    if form.validate_on_submit():
        runtime = get_runtime()
        try:
            made, secret = webhooks.add(
                get_db(), runtime.vault, found, form.url.data, runtime.settings.trusted_webhook_hosts
            )
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            audited("webhook_added", f"course:{course_id}", webhook=made.id)
            return _page(found, WebhookForm(formdata=None, prefix="webhook"), secret=secret)
    return _page(found, form), 422


@bp.post("/courses/<int:course_id>/webhooks/<int:webhook_id>/test")
def try_webhook(course_id: int, webhook_id: int) -> Response:
    """Sends a test."""
    _, webhook = _webhook(course_id, webhook_id)
    runtime = get_runtime()
    sent = webhooks.send_test(get_db(), runtime.vault, webhook, runtime.settings.trusted_webhook_hosts)
    if sent.problem is None:
        flash(gettext("The test arrived: the address answered %(status)d.", status=sent.status))
    else:
        flash(gettext("The test did not arrive. The log below says why."), "problem")
    return _back(course_id)


@bp.post("/courses/<int:course_id>/webhooks/<int:webhook_id>/resumption")
def resume_webhook(course_id: int, webhook_id: int) -> Response:
    """Tries again now what could not be delivered."""
    webhooks.resume(get_db(), _webhook(course_id, webhook_id)[1])
    flash(gettext("It is tried again now, in order."))
    return _back(course_id)


@bp.post("/courses/<int:course_id>/webhooks/<int:webhook_id>/removal")
def remove_webhook(course_id: int, webhook_id: int) -> Response:
    """Ends a webhook."""
    webhooks.remove(get_db(), _webhook(course_id, webhook_id)[1])
    audited("webhook_removed", f"course:{course_id}", webhook=webhook_id)
    flash(gettext("The webhook is removed."))
    return _back(course_id)


def _course(course_id: int) -> Course:
    return courses.get(get_db(), account(), course_id)


def _webhook(course_id: int, webhook_id: int) -> tuple[Course, Webhook]:
    found = _course(course_id)
    return found, webhooks.get(get_db(), found, webhook_id)


def _back(course_id: int) -> Response:
    return redirect(url_for("pages.course_webhooks", course_id=course_id))


def _page(found: Course, form: WebhookForm, secret: str | None = None) -> str:
    return render_template(
        "webhooks.html",
        course=found,
        webhooks=webhooks.of_course(get_db(), found),
        log=webhooks.log(get_db(), found),
        webhook_form=form,
        secret=secret,
        signature_header=webhooks.SIGNATURE,
    )
