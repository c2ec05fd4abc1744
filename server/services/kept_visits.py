"""Visits that a paired kiosk kept while the server was away.

The rules. Such a visit counts at the time it happened, which the kiosk tells by the server's clock as it last
heard it, and which may lie at most so many hours back. It needs a session that was open at that time; that it
was closed since does not matter: an absence filled in at the end gives way, a status set by hand stays. The
student could not be asked "is this you?": a match is recorded and marked as not confirmed, for the instructor
to see. Everybody else is in the list of visits without a result. Each nonce is recorded once, also where the
server had seen the visit before it went away and nobody could answer any more.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from recognition.roster_model import Decision
from server.db import writing
from server.exceptions import Conflict, Invalid, Unauthorised
from server.models import CheckIn, CheckInStatus, ClassSession, Student
from server.services import attendance, check_ins
from server.services.check_ins import Answer, Visit

AHEAD = timedelta(minutes=2)
"""How far a kiosk's corrected clock may be ahead."""


def check_time(visit: Visit, hours: int) -> None:
    """Refuses what is no kiosk's to keep, or not at that time.

    :raises Unauthorised: ``kiosk_not_paired``: only paired kiosks are trusted with a time.
    :raises Invalid: ``kept_out_of_time``.
    """
    if visit.kiosk_id is None:
        raise Unauthorised("kiosk_not_paired")
    age = visit.arrived_at - visit.captured_at
    if not -AHEAD <= age <= timedelta(hours=hours):
        raise Invalid("kept_out_of_time")


def replay(db: Session, visit: Visit) -> Answer | None:
    """The stored answer, as :func:`check_ins.replay`; a match that nobody could answer is recorded now.

    :raises Conflict: ``nonce_reused``.
    """
    earlier = check_ins.replay(db, visit)
    if earlier is None or earlier.body.get("status") != CheckInStatus.AWAITING_ANSWER:
        return earlier
    with writing(db):
        check_in = db.scalar(select(CheckIn).where(CheckIn.nonce == visit.nonce).with_for_update())
        if check_in is None or check_in.answer is not None:
            return earlier
        check_in.received_at = visit.arrived_at
        return _accept(db, check_in)


def record(db: Session, visit: Visit, decision: Decision) -> Answer:
    """Stores what was decided about a kept visit, and records the arrival of whoever was recognised.

    :raises Conflict: ``nonce_reused``.
    :raises NotFound: ``session_not_found`` when the session is gone.
    """
    try:
        with writing(db):
            earlier = replay(db, visit)
            if earlier is not None:
                return earlier
            answer = check_ins.record(db, visit, decision)
            if answer.body["reason"] != "match":
                return answer
            return _accept(db, db.get_one(CheckIn, answer.body["id"]))
    except IntegrityError as error:
        earlier = replay(db, visit)
        if earlier is None:
            raise Conflict("nonce_reused") from error
        return earlier


def _accept(db: Session, check_in: CheckIn) -> Answer:
    """Records the arrival of a match without its answer, within a writing transaction."""
    session = db.get_one(ClassSession, check_in.session_id)
    attendance.lock(db, session)
    student = db.get_one(Student, check_in.student_id)
    found, changed = attendance.arrive(db, session, check_in, student)
    check_in.status = CheckInStatus.ACCEPTED
    check_in.expires_at = None
    check_in.response = {
        "id": check_in.id,
        "reason": "match" if changed else "already_checked_in",
        "status": "accepted",
        "student": None,
        "attendance": attendance.arrival_json(session, found),
    }
    db.flush()
    return Answer(200, check_ins.with_student(db, check_in, check_in.response))
