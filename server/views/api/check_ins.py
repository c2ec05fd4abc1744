"""The kiosk's calls: what is open, a visit, and the answer to "is this you?"."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, jsonify, request

from recognition.exceptions import ImageRejected
from recognition.image import decode_image
from recognition.roster_model import Decision
from server.auth import current_kiosk, revoked_kiosk, same_origin_only
from server.db import get_db
from server.exceptions import Invalid, NotFound, NotReady, Unauthorised
from server.kiosk_files import kiosk_version
from server.locales import select_locale
from server.messages import message
from server.models import CheckInStatus, ClassSession, Kiosk, utc_now
from server.runtime import get_runtime
from server.services import check_ins, demo, kept_visits, kiosks, liveness, school_gallery
from server.services.check_ins import Answer, Visit
from server.uploads import MAX_CHALLENGE_FRAMES, MAX_FRAMES
from server.views.api.blueprints import kiosk_api
from server.views.gesture_address import gesture_head_address

MAX_GESTURE_CHARACTERS = 4096
WAIT_FOR_MODEL_S = 2.0


@kiosk_api.get("/kiosk")
def kiosk_state() -> Response:
    """What a kiosk needs to know when it starts, and every few seconds after."""
    db, settings = get_db(), get_runtime().settings
    kiosk = current_kiosk()
    if kiosk is not None:
        kiosks.seen(db, kiosk)
    return jsonify(
        paired=kiosk is not None,
        revoked=kiosk is None and revoked_kiosk(),
        kiosk={"name": kiosk.name} if kiosk is not None else None,
        sessions=[_session(session) for session in kiosks.sessions_for(db, kiosk)],
        demo=demo.exists(db),
        locale=select_locale(),
        now=utc_now().isoformat(),
        keeping={"hours": settings.kept_hours, "visits": settings.kept_visits} if kiosk is not None else None,
        version=kiosk_version(settings.web_dist),
        gesture_head=gesture_head_address(kiosk),
    )


@kiosk_api.post("/check-ins")
@same_origin_only
def check_in() -> tuple[Response, int]:
    """A visit: pictures in, a decision out. The same nonce gives the same answer."""
    db, runtime = get_db(), get_runtime()
    kiosk = current_kiosk()
    visit = visit_from(request.form, kiosk)
    session = session_of(visit.session_id, kiosk)
    earlier = kept_visits.replay(db, visit) if visit.kept else check_ins.replay(db, visit)
    if earlier is not None:
        return to_response(earlier)
    frames = request.files.getlist("frames")
    if not 1 <= len(frames) <= MAX_FRAMES:
        raise Invalid("invalid_frames")
    if not check_ins.takes(session, visit):
        return to_response(check_ins.refuse(db, visit, "session_closed"))
    needed = liveness.is_required(session, runtime.settings.liveness)
    kind, missing = None, None
    if needed and not visit.kept:
        kind, missing = liveness.redeem(
            db,
            request.form.get("challenge"),
            nonce=visit.nonce,
            session_id=visit.session_id,
            kiosk_id=visit.kiosk_id,
        )
    visit = replace(visit, challenged=kind is not None if needed else None)
    if missing is not None:
        return to_response(check_ins.refuse(db, visit, "not_live", (missing,)))
    asked = request.files.getlist("challenge_frames") if kind is not None else []
    if len(asked) > MAX_CHALLENGE_FRAMES:
        raise Invalid("invalid_frames")
    course_id, is_demo = session.course_id, session.course.is_demo
    engine, live_models = runtime.engine, runtime.live
    db.commit()  # The connection goes back while the networks work.
    live = live_models.borrow(course_id) if visit.kept else live_models.get(course_id, WAIT_FOR_MODEL_S)
    if live is None:
        raise NotReady("not_ready", detail=f"course {course_id} has no loaded model")
    with runtime.place():
        try:
            images = [decode_image(frame.stream.read()) for frame in (*frames, *asked)]
        except ImageRejected as error:
            return to_response(check_ins.refuse(db, visit, error.reason))
        burst = [engine.subject(image) for image in images[: len(frames)]]
        decision: Decision = engine.identify_subjects(burst, live.model)
        runtime.figures.compared(live.model, decision)
        gallery = runtime.school_gallery
        if decision.reason == "unknown" and gallery is not None and not is_demo:
            found = engine.identify_subjects(burst, gallery)
            decision = school_gallery.elsewhere(db, course_id, decision, found)
            db.commit()
        if kind is not None and decision.reason == "match":
            evidence = liveness.Evidence(images[: len(frames)], burst, images[len(frames) :], visit.gesture)
            problem = liveness.problem_of(engine, kind, evidence)
            decision = decision if problem is None else Decision(reason="not_live", problems=(problem,))
    if visit.kept:
        return to_response(kept_visits.record(db, visit, decision))
    return to_response(check_ins.record(db, visit, decision))


@kiosk_api.post("/check-ins/<check_in_id>/answer")
@same_origin_only
def answer(check_in_id: str) -> tuple[Response, int]:
    """The student's O or X."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("invalid_json")
    value = body.get("answer")
    if not isinstance(value, str):
        raise Invalid("answer_invalid")
    return to_response(check_ins.answer(get_db(), check_in_id, current_kiosk(), value))


def visit_from(fields: Mapping[str, str], kiosk: Kiosk | None) -> Visit:
    """What a kiosk sent, apart from what it saw.

    :raises Invalid: naming the field.
    """
    session_id = fields.get("session_id", "")
    if not session_id.isascii() or not session_id.isdecimal() or len(session_id) > 9:
        raise Invalid("invalid_session_id")
    visit = Visit(
        nonce=_nonce(fields.get("nonce", "")),
        session_id=int(session_id),
        kiosk_id=kiosk.id if kiosk is not None else None,
        captured_at=_time(fields.get("captured_at", "")),
        gesture=_gesture(fields.get("gesture")),
        kept=fields.get("kept", "").lower() == "true",
    )
    if visit.kept:
        kept_visits.check_time(visit, get_runtime().settings.kept_hours)
    return visit


def _nonce(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise Invalid("invalid_nonce") from error


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        offset = time.utcoffset()
        if offset is None or not 1970 < time.year < 9999:
            raise Invalid("invalid_captured_at")
    except (ValueError, OverflowError) as error:
        raise Invalid("invalid_captured_at") from error
    return time


def _gesture(text: str | None) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        gesture = json.loads(text) if len(text) <= MAX_GESTURE_CHARACTERS else None
    except (ValueError, RecursionError) as error:
        raise Invalid("invalid_gesture") from error
    if not isinstance(gesture, dict):
        raise Invalid("invalid_gesture")
    return gesture


def session_of(session_id: int, kiosk: Kiosk | None) -> ClassSession:
    """The session the visit names; a browser that is no kiosk learns nothing about other sessions."""
    session = kiosks.session_for(get_db(), kiosk, session_id)
    if session is None and kiosk is None:
        raise Unauthorised("kiosk_not_paired")
    if session is None:
        raise NotFound("session_not_found")
    return session


def _session(session: ClassSession) -> dict[str, Any]:
    course = session.course
    return {
        "id": session.id,
        "title": session.title,
        "course": {"code": course.code, "name": course.name},
        "starts_at": session.starts_at.isoformat(),
        "time_zone": course.time_zone,
        "is_demo": course.is_demo,
        "challenges": liveness.is_required(session, get_runtime().settings.liveness),
    }


def to_response(answer: Answer) -> tuple[Response, int]:
    """A service's answer, with words where it is a refusal; counted when it is given for the first time."""
    body = answer.body
    if not answer.repeated:
        _count(answer)
    if answer.http_status >= 400:
        body = body | {"message": message(body["reason"], select_locale())}
    return jsonify(body), answer.http_status


def _count(answer: Answer) -> None:
    figures, status = get_runtime().figures, answer.body["status"]
    if answer.body.get("attendance") is None or status != CheckInStatus.ACCEPTED:
        figures.decided(answer.body.get("reason", status))
    else:
        figures.arrived(answer.method, answer.body["reason"])
