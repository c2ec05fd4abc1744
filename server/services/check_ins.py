"""Visits to a kiosk: from a decision to a recorded attendance, exactly once.

Every visit has a nonce. Whatever was answered to it first is stored, and answered again when the nonce comes
again. The answer O records the arrival and the dashboards' event in one transaction.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from recognition.roster_model import Decision
from server.db import writing
from server.exceptions import Conflict, Gone, Invalid, NotFound
from server.models import (
    CheckIn,
    CheckInStatus,
    ClassSession,
    Enrolment,
    Kiosk,
    SessionStatus,
    Student,
    utc_now,
)
from server.services import attendance, leaving, outbox
from server.services.confidence import Confidence, confidence

ANSWER_WITHIN = timedelta(seconds=60)
HTTP_STATUS = {
    "match": 200,
    "unknown": 200,
    "not_on_roster": 200,
    "already_checked_in": 200,
    "no_face": 422,
    "several_faces": 422,
    "low_quality": 422,
    "not_live": 422,
    "truncated": 422,
    "not_an_image": 415,
    "unsupported_format": 415,
    "too_many_bytes": 413,
    "too_many_pixels": 413,
    "session_closed": 409,
}
"""What each reason is answered with."""


@dataclass(frozen=True)
class Visit:
    """What a kiosk sent, apart from the frames."""

    nonce: str
    session_id: int
    kiosk_id: int | None
    captured_at: datetime
    gesture: dict[str, Any] | None = None
    arrived_at: datetime = field(default_factory=utc_now)
    kept: bool = False
    """Kept by the kiosk while the server was away, so that no challenge could be asked."""
    challenged: bool | None = None
    """As :attr:`server.models.CheckIn.challenged`."""

    @property
    def happened_at(self) -> datetime:
        """The time that counts."""
        return self.captured_at if self.kept else self.arrived_at


@dataclass(frozen=True)
class Answer:
    """What the kiosk is told."""

    http_status: int
    body: dict[str, Any]
    repeated: bool = False
    """Whether it was given before, and nothing changed."""
    method: str = "face"
    """As :attr:`server.models.CheckIn.method`."""


def replay(db: Session, visit: Visit) -> Answer | None:
    """The stored answer to this visit's nonce, if it was answered before.

    :raises Conflict: ``nonce_reused`` when the nonce belongs to another session's or kiosk's visit.
    """
    check_in = db.scalar(select(CheckIn).where(CheckIn.nonce == visit.nonce))
    if check_in is None:
        return None
    if (check_in.session_id, check_in.kiosk_id) != (visit.session_id, visit.kiosk_id):
        raise Conflict("nonce_reused")
    return Answer(check_in.http_status, with_student(db, check_in, check_in.response), repeated=True)


def record(db: Session, visit: Visit, decision: Decision) -> Answer:
    """Stores what was decided about a visit; when the nonce was answered meanwhile, gives that answer.

    A match waits for the student's answer for :data:`ANSWER_WITHIN`.

    :raises Conflict: ``nonce_reused``.
    :raises NotFound: ``session_not_found`` when the session is gone.
    """
    try:
        with writing(db):
            earlier = replay(db, visit)
            return earlier if earlier is not None else _record(db, visit, decision)
    except IntegrityError:
        earlier = replay(db, visit)
        if earlier is None:
            raise
        return earlier


def refuse(db: Session, visit: Visit, reason: str, problems: Sequence[str] = ()) -> Answer:
    """Stores that a visit's pictures could not be looked at; otherwise as :func:`record`."""
    return record(db, visit, Decision(reason=reason, problems=tuple(problems)))  # type: ignore[arg-type]


def answer(db: Session, check_in_id: str, kiosk: Kiosk | None, value: str) -> Answer:
    """The student's answer to "is this you?": O records the arrival, X discards the visit.

    The same answer again gives the same body and changes nothing.

    :raises Invalid: ``answer_invalid``.
    :raises NotFound: ``check_in_not_found``, for another kiosk's visit too.
    :raises Conflict: ``already_answered`` otherwise, ``nothing_to_answer``, ``session_closed``.
    :raises Gone: ``answer_expired`` after a minute.
    """
    if value not in {"O", "X"}:
        raise Invalid("answer_invalid")
    kiosk_id = kiosk.id if kiosk is not None else None
    with writing(db):
        check_in = db.get(CheckIn, check_in_id, with_for_update=True)
        if check_in is None or check_in.kiosk_id not in {None, kiosk_id}:
            raise NotFound("check_in_not_found")
        if check_in.answer is not None:
            if check_in.answer != value:
                raise Conflict("already_answered")
            return Answer(200, with_student(db, check_in, check_in.answer_response or {}), repeated=True)
        if check_in.status == CheckInStatus.FINAL:
            raise Conflict("nothing_to_answer")
        now = utc_now()
        expired = check_in.expires_at is None or now > check_in.expires_at
        if expired:
            check_in.status = CheckInStatus.EXPIRED
        else:
            check_in.answer = value
            check_in.answered_at = now
            check_in.answer_response = _accept(db, check_in) if value == "O" else _discard(db, check_in)
            db.flush()
            return Answer(200, with_student(db, check_in, check_in.answer_response))
    raise Gone("answer_expired")


def _accept(db: Session, check_in: CheckIn) -> dict[str, Any]:
    session = db.get_one(ClassSession, check_in.session_id)
    attendance.lock(db, session)
    if session.status != SessionStatus.OPEN:
        raise Conflict("session_closed")
    student = db.get_one(Student, check_in.student_id)
    record, changed = attendance.arrive(db, session, check_in, student)
    check_in.status = CheckInStatus.ACCEPTED
    return {
        "id": check_in.id,
        "reason": "match" if changed else "already_checked_in",
        "status": "accepted",
        "student": None,
        "attendance": attendance.arrival_json(session, record),
    }


def _discard(db: Session, check_in: CheckIn) -> dict[str, Any]:
    check_in.status = CheckInStatus.DISCARDED
    session = db.get_one(ClassSession, check_in.session_id)
    reason = CheckInStatus.DISCARDED.value
    tell_of_visit(db, session, check_in, reason)
    return {"id": check_in.id, "status": "discarded"}


def _record(db: Session, visit: Visit, decision: Decision) -> Answer:
    session = db.get(ClassSession, visit.session_id)
    if session is None:
        raise NotFound("session_not_found")
    reason, student = _reason(db, session, visit, decision)
    check_in = CheckIn(
        id=str(uuid.uuid4()),
        nonce=visit.nonce,
        session_id=session.id,
        kiosk_id=visit.kiosk_id,
        student_id=student.id if student else None,
        status=CheckInStatus.FINAL,
        reason=reason,
        problems=list(decision.problems),
        score=decision.score,
        margin=decision.margin,
        threshold=decision.threshold,
        masked=decision.masked,
        gesture=visit.gesture,
        challenged=visit.challenged,
        captured_at=visit.captured_at,
        created_at=visit.happened_at,
        received_at=visit.arrived_at if visit.kept else None,
        http_status=HTTP_STATUS[reason],
    )
    body: dict[str, Any] = {"id": check_in.id, "reason": reason, "status": CheckInStatus.FINAL.value}
    if reason == "match" and student is not None:
        present = attendance.find(db, session, student.id)
        check_in.status = CheckInStatus.AWAITING_ANSWER
        check_in.expires_at = utc_now() + ANSWER_WITHIN
        body |= {
            "status": CheckInStatus.AWAITING_ANSWER.value,
            "student": None,
            "session": {"id": session.id, "title": session.title},
            "confidence": _confidence(decision),
            "leaving": leaving.is_leaving(session, present, visit.happened_at),
            "expires_at": check_in.expires_at.isoformat(),
        }
    elif reason == "already_checked_in" and student is not None:
        there = attendance.find(db, session, student.id)
        assert there is not None
        body |= {
            "student": None,
            "attendance": attendance.arrival_json(session, there),
        }
    elif decision.problems:
        body["problems"] = list(decision.problems)
    check_in.response = body
    db.add(check_in)
    db.flush()
    if reason != "match":
        tell_of_visit(db, session, check_in, reason)
    return Answer(check_in.http_status, with_student(db, check_in, body))


def tell_of_visit(db: Session, session: ClassSession, check_in: CheckIn, reason: str) -> None:
    """Tells the dashboards of a visit that nobody was recorded for, in the same transaction."""
    told = {"id": check_in.id, "reason": reason, "created_at": check_in.created_at.isoformat()}
    outbox.add(db, session, "visit", told)


def takes(session: ClassSession, visit: Visit) -> bool:
    """Whether the session takes this visit: it is open, or was open when a kept visit happened."""
    if not visit.kept:
        return session.status == SessionStatus.OPEN
    if session.opened_at is None or visit.captured_at < session.opened_at:
        return False
    return session.closed_at is None or visit.captured_at <= session.closed_at


def _reason(
    db: Session, session: ClassSession, visit: Visit, decision: Decision
) -> tuple[str, Student | None]:
    """The reason to answer with, and the student it is about."""
    if not takes(session, visit):
        return "session_closed", None
    if decision.reason != "match":
        return decision.reason, None
    student = db.get(Student, int(decision.label or 0))
    if student is None:
        return "unknown", None
    enrolled = db.scalar(
        select(Enrolment.id).where(
            Enrolment.course_id == session.course_id,
            Enrolment.student_id == student.id,
            Enrolment.dropped_at.is_(None),
        )
    )
    if enrolled is None:
        return "not_on_roster", student
    there = attendance.find(db, session, student.id)
    waits = leaving.is_leaving(session, there, visit.happened_at)
    if leaving.is_there(session, there) and not waits and not visit.kept:
        return "already_checked_in", student
    return "match", student


def _confidence(decision: Decision) -> str:
    """As the kiosk is told: ``fair`` where it was just enough."""
    how_sure = confidence(decision.score, decision.threshold)
    return "fair" if how_sure in {None, Confidence.JUST_ENOUGH} else "high"


def with_student(db: Session, check_in: CheckIn, body: dict[str, Any]) -> dict[str, Any]:
    """A stored body with the student, who is not kept in it, filled in."""
    if "student" not in body:
        return dict(body)
    return body | {"student": attendance.student_json(db.get_one(Student, check_in.student_id))}
