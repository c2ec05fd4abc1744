"""Check-ins by a code or a PIN: who it is was claimed and proved, so the arrival is recorded at once.

The record is the same as after a face, with its method; a visit that fails is kept as any visit in vain.
"""

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import NotFound
from server.models import (
    AttendanceMethod,
    CheckIn,
    CheckInStatus,
    ClassSession,
    PassKind,
    Student,
)
from server.services import attendance, check_ins, leaving, passes, pins
from server.services.check_ins import Answer, Visit
from server.services.passes import CodeRefused
from server.services.vault import Vault

HTTP_STATUS = {
    "match": 200,
    "already_checked_in": 200,
    "not_on_roster": 200,
    "code_unknown": 422,
    "code_expired": 422,
    "code_used": 422,
    "pin_wrong": 422,
    "session_closed": 409,
}
"""What each reason is answered with."""

METHODS = {PassKind.CARD: AttendanceMethod.CARD, PassKind.PHONE: AttendanceMethod.PHONE}


def by_code(db: Session, vault: Vault, visit: Visit, text: str) -> Answer:
    """A visit with what a kiosk read from a QR code; the same nonce gives the same answer.

    :raises Conflict: ``nonce_reused``.
    :raises NotFound: ``session_not_found``.
    """

    def redeem() -> Answer:
        try:
            found = passes.redeem(db, vault, text, visit.happened_at, once=not visit.kept)
        except CodeRefused as refusal:
            return _record(db, visit, AttendanceMethod.PHONE, refusal.student, refusal.reason)
        return _record(db, visit, METHODS[PassKind(found.kind)], found.student)

    return _once(db, visit, redeem)


def by_pin(db: Session, visit: Visit, number: str, pin: str) -> Answer:
    """A visit with a student number and a PIN; the same nonce gives the same answer.

    :raises TooMany: ``too_many_tries``.
    :raises Conflict: ``nonce_reused``.
    :raises NotFound: ``session_not_found``.
    """
    earlier = check_ins.replay(db, visit)
    if earlier is not None:
        return earlier
    student = pins.check(db, number, pin, kiosk_id=visit.kiosk_id, session_id=visit.session_id)
    refused = None if student is not None else "pin_wrong"
    return _once(db, visit, lambda: _record(db, visit, AttendanceMethod.PIN, student, refused))


def _once(db: Session, visit: Visit, record: Callable[[], Answer]) -> Answer:
    """What was answered to this nonce before, else what is recorded now, in one transaction."""
    try:
        with writing(db):
            earlier = check_ins.replay(db, visit)
            return earlier if earlier is not None else record()
    except IntegrityError:
        earlier = check_ins.replay(db, visit)
        if earlier is None:
            raise
        return earlier


def _record(
    db: Session, visit: Visit, method: AttendanceMethod, student: Student | None, refused: str | None = None
) -> Answer:
    session = db.get(ClassSession, visit.session_id)
    if session is None:
        raise NotFound("session_not_found")
    attendance.lock(db, session)
    reason = refused or _reason(db, session, visit, student)
    check_in = CheckIn(
        id=str(uuid.uuid4()),
        nonce=visit.nonce,
        session_id=session.id,
        kiosk_id=visit.kiosk_id,
        student_id=student.id if student is not None else None,
        method=method,
        status=CheckInStatus.FINAL,
        reason=reason,
        problems=[],
        gesture=None,
        captured_at=visit.captured_at,
        created_at=visit.happened_at,
        received_at=visit.arrived_at if visit.kept else None,
        http_status=HTTP_STATUS[reason],
        response={},
    )
    db.add(check_in)
    db.flush()
    check_in.response = _respond(db, session, check_in, student)
    db.flush()
    if reason not in {"match", "already_checked_in"}:
        check_ins.tell_of_visit(db, session, check_in, reason)
    body = check_ins.with_student(db, check_in, check_in.response)
    return Answer(check_in.http_status, body, method=method)


def _reason(db: Session, session: ClassSession, visit: Visit, student: Student | None) -> str:
    if not check_ins.takes(session, visit):
        return "session_closed"
    assert student is not None
    if not attendance.on_roster(db, session, student.id):
        return "not_on_roster"
    there = attendance.find(db, session, student.id)
    waits = leaving.is_leaving(session, there, visit.happened_at)
    there_already = leaving.is_there(session, there) and not waits
    return "already_checked_in" if there_already and not visit.kept else "match"


def _respond(
    db: Session, session: ClassSession, check_in: CheckIn, student: Student | None
) -> dict[str, Any]:
    body: dict[str, Any] = {"id": check_in.id, "reason": check_in.reason, "status": "final"}
    if student is None or check_in.reason not in {"match", "already_checked_in"}:
        return body
    if check_in.reason == "match":
        record, _ = attendance.arrive(db, session, check_in, student)
        check_in.status = CheckInStatus.ACCEPTED
        body["status"] = "accepted"
    else:
        found = attendance.find(db, session, student.id)
        assert found is not None
        record = found
    return body | {
        "student": None,
        "attendance": attendance.arrival_json(session, record),
    }
