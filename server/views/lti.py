"""LTI 1.3: what a learning management system calls. Every message is checked before anything is believed."""

from flask import Blueprint, Response, jsonify, redirect, url_for
from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from pylti1p3.contrib.flask.oidc_login import FlaskOIDCLogin
from pylti1p3.contrib.flask.request import FlaskRequest
from pylti1p3.exception import LtiException, OIDCException
from werkzeug.wrappers import Response as AnyResponse

from server.auth import sign_in, wait_for_second_factor
from server.db import get_db
from server.exceptions import Invalid
from server.models import LinkPurpose
from server.runtime import get_runtime
from server.services import lti_launches, lti_platforms, second_factors, student_links
from server.services.lti_launches import Launch
from server.services.lti_tool import LaunchStates, RegisteredPlatforms
from server.views.pages.audited import audited

bp = Blueprint("lti", __name__, url_prefix="/lti")
"""Called by browsers that come from a platform: no form tokens; state, nonce and signature instead."""

STUDENT_LINK_DAYS = 1


def _request() -> FlaskRequest:
    return FlaskRequest()  # type: ignore[no-untyped-call]


@bp.route("/login", methods=["GET", "POST"])
def login() -> AnyResponse:
    """The first step: the browser is sent back to its platform with a state and a nonce."""
    db = get_db()
    tool = RegisteredPlatforms(db, get_runtime().vault)
    begun = FlaskOIDCLogin(_request(), tool, launch_data_storage=LaunchStates(db))  # type: ignore[no-untyped-call]
    try:
        return begun.redirect(url_for("lti.launch", _external=True))
    except OIDCException as error:
        raise Invalid("lti_platform_unknown", str(error)) from error


@bp.post("/launch")
def launch() -> AnyResponse:
    """The second step: the platform says who comes from where, signed."""
    db = get_db()
    tool = RegisteredPlatforms(db, get_runtime().vault)
    try:
        message = FlaskMessageLaunch(  # type: ignore[no-untyped-call]
            _request(), tool, launch_data_storage=LaunchStates(db)
        )
        message.validate()
        claims = message.get_launch_data()
    except (LtiException, ValueError, KeyError, TypeError) as error:
        raise Invalid("lti_launch_invalid", str(error)) from error
    came = lti_launches.received(db, dict(claims))
    return _teacher(came) if came.teaches else _student(came)


@bp.get("/keys.json")
def keys() -> Response:
    """The tool's public keys, for platforms."""
    response = jsonify(lti_platforms.key_set(get_db()))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _teacher(came: Launch) -> AnyResponse:
    db = get_db()
    account = lti_launches.teacher(db, came)
    if account is None:
        return redirect(url_for("pages.lti_connect", token=lti_launches.connection_token(db, came)), 303)
    place = url_for("pages.lti_context", context_id=came.context.id)
    if second_factors.needed(db, account):
        wait_for_second_factor(account)
        return redirect(url_for("pages.second_step", next=place), 303)
    sign_in(account)
    audited("sign_in", f"account:{account.id}", way="platform")
    return redirect(place, 303)


def _student(came: Launch) -> AnyResponse:
    db = get_db()
    student = lti_launches.student(db, came)
    course = came.context.course
    assert course is not None
    token = student_links.create(db, student, course, LinkPurpose.ATTENDANCE, STUDENT_LINK_DAYS)
    return redirect(url_for("pages.my_attendance", token=token), 303)
