"""What each role may do, by endpoint. Whose courses somebody sees is the services' matter.

Administrators may do everything. Instructors may do everything but what is the operator's. Assistants may do
only what is listed. Auditors may open pages, except those with pictures or keys of students and those that
are nothing but a form, and change nothing. What is new is closed to assistants and cannot be changed by
auditors until it is listed here.
"""

from flask import Flask, request
from flask_login import current_user

from server.exceptions import Forbidden
from server.models import Account, Role

BLUEPRINTS = {"pages", "instructor_api"}
"""Where roles matter. The kiosk's API and the health checks know no accounts."""

ONESELF = {
    "pages.sign_out",
    "pages.account_page",
    "pages.own_data",
    "pages.export_own_data",
    "pages.change_profile",
    "pages.change_password",
    "pages.end_session",
    "pages.end_other_sessions",
    "pages.second_factors_page",
    "pages.prove_password",
    "pages.start_codes",
    "pages.confirm_codes",
    "pages.remove_codes",
    "pages.renew_recovery_codes",
    "pages.new_passkey_options",
    "pages.add_passkey",
    "pages.remove_passkey",
    "pages.remove_own_face",
}
"""Everybody's own account."""

OPERATOR = {
    "pages.status",
    "pages.people",
    "pages.invite",
    "pages.person",
    "pages.change_person",
    "pages.disable_person",
    "pages.enable_person",
    "pages.sign_person_out",
    "pages.new_person_link",
    "pages.remove_second_factors",
    "pages.personal_data_search",
    "pages.personal_data_page",
    "pages.export_personal_data",
    "pages.erase_student",
    "pages.certificate_page",
    "pages.certificate_file",
    "pages.lti_platforms_page",
    "pages.remove_lti_platform",
    "pages.room_cameras",
    "pages.remove_camera",
}

OPERATOR_AND_AUDITOR = {"pages.audit_log"}

ASSISTANT = {
    "pages.today",
    "pages.live",
    "pages.mark",
    "pages.entry",
    "pages.change_entry",
    "pages.undo_change",
    "pages.wall_face",
    "pages.arrivals_chart",
    "pages.who_is_here",
    "pages.visit",
    "pages.resolve_visit",
    "pages.roll_call",
    "pages.roll_call_by_camera",
    "pages.confirm_roll_call",
    "instructor_api.roll_call",
    "instructor_api.roster",
    "instructor_api.stream",
    "instructor_api.mark",
}

NOT_FOR_AUDITORS = {
    "pages.photo",
    "pages.wall_face",
    "pages.cards",
    "pages.new_course",
    "pages.course_settings",
    "pages.plan_session",
    "pages.edit_session",
    "pages.new_pattern",
    "pages.edit_pattern",
    "pages.shots",
    "pages.attendance_links",
    "pages.tokens",
    "pages.lti_connect",
    "pages.own_face",
    "pages.kiosks",
    "pages.roll_call",
    "pages.teach_gestures",
    "pages.verify",
    "pages.distinguish",
}
"""Pictures and keys of students, and pages that are nothing but a form."""


def may(account: Account, endpoint: str, method: str) -> bool:
    """Whether the account's role allows this, whatever the course."""
    if endpoint in ONESELF or account.role == Role.ADMINISTRATOR:
        return True
    if endpoint in OPERATOR:
        return False
    match account.role:
        case Role.INSTRUCTOR:
            return endpoint not in OPERATOR_AND_AUDITOR
        case Role.ASSISTANT:
            return endpoint in ASSISTANT
        case Role.AUDITOR:
            return method in {"GET", "HEAD", "OPTIONS"} and endpoint not in NOT_FOR_AUDITORS
        case _:
            return False


def init_app(app: Flask) -> None:
    """Refuses requests that the role does not allow, and lets templates ask before they offer them."""
    from server.views.pages.blueprint import PUBLIC

    @app.before_request
    def check() -> None:
        endpoint = request.endpoint
        if endpoint is None or request.blueprint not in BLUEPRINTS or endpoint in PUBLIC:
            return
        if current_user.is_authenticated and not may(current_user, endpoint, request.method):
            raise Forbidden("role_forbids")

    @app.context_processor
    def shared() -> dict[str, object]:
        return {"may": _may_now}


def _may_now(endpoint: str, method: str = "GET") -> bool:
    return current_user.is_authenticated and may(current_user, endpoint, method)
