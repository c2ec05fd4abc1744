"""The audit log, for administrators and auditors."""

from flask import render_template, request
from flask_babel import lazy_gettext

from server.db import get_db
from server.models import Account
from server.runtime import get_runtime
from server.services import audit
from server.views.pages.blueprint import bp

ACTIONS = {
    "sign_in": lazy_gettext("Signed in"),
    "sign_in_failed": lazy_gettext("Sign-in failed"),
    "second_factor_failed": lazy_gettext("Second step failed"),
    "account_created": lazy_gettext("Account created"),
    "account_changed": lazy_gettext("Role or courses changed"),
    "account_disabled": lazy_gettext("Account disabled"),
    "account_enabled": lazy_gettext("Account enabled"),
    "account_signed_out": lazy_gettext("Signed out everywhere"),
    "account_link_made": lazy_gettext("One-time link made"),
    "password_chosen": lazy_gettext("Password chosen by link"),
    "password_changed": lazy_gettext("Password changed"),
    "second_factor_added": lazy_gettext("Second factor added"),
    "second_factor_removed": lazy_gettext("Second factor removed"),
    "consent_given": lazy_gettext("Consent recorded"),
    "consent_withdrawn": lazy_gettext("Consent withdrawn"),
    "data_exported": lazy_gettext("Data of a person exported"),
    "attendance_exported": lazy_gettext("Attendance exported"),
    "roster_exported": lazy_gettext("Roster exported"),
    "roster_replaced": lazy_gettext("List taken over into a roster"),
    "token_made": lazy_gettext("Token for programs made"),
    "token_revoked": lazy_gettext("Token for programs revoked"),
    "webhook_added": lazy_gettext("Webhook added"),
    "webhook_removed": lazy_gettext("Webhook removed"),
    "exported": lazy_gettext("File taken out"),
    "student_erased": lazy_gettext("Student erased"),
    "retention_run": lazy_gettext("Old data removed"),
    "removals_repeated": lazy_gettext("Removals repeated on an older database"),
    "gender_distinguished": lazy_gettext("Apparent gender guessed"),
    "kiosk_paired": lazy_gettext("Kiosk paired"),
    "kiosk_revoked": lazy_gettext("Kiosk revoked"),
    "gestures_changed": lazy_gettext("Gesture model changed"),
    "model_rolled_back": lazy_gettext("Roster model rolled back"),
    "settings_changed": lazy_gettext("Settings changed"),
    "keys_rotated": lazy_gettext("Keys rotated"),
    "keys_accepted": lazy_gettext("Other keys accepted"),
}


@bp.app_template_filter("action_words")
def action_words(action: str) -> str:
    """What was done, in words."""
    return str(ACTIONS.get(action, action))


@bp.get("/audit")
def audit_log() -> str:
    """The entries, the newest first."""
    db = get_db()
    action = request.args.get("action", "")
    shown = audit.page(
        db,
        action=action if action in ACTIONS else "",
        subject=request.args.get("subject", "")[:120],
        number=request.args.get("page", 1, type=int),
    )
    actors = {entry.actor_id for entry in shown.entries}
    names = {one.id: one.name for one in db.query(Account).where(Account.id.in_(actors))}
    return render_template(
        "audit.html",
        shown=shown,
        names=names,
        actions=ACTIONS,
        action=action,
        subject=request.args.get("subject", ""),
        zone_name=get_runtime().settings.default_time_zone,
    )
