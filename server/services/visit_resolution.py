"""Saying who a visit without a result was: the student is recorded by hand as of the visit."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, NotFound
from server.models import (
    Account,
    AttendanceStatus,
    ChangeSource,
    CheckIn,
    CheckInStatus,
    ClassSession,
    Student,
    VisitResolution,
)
from server.services import attendance, outbox
from server.services.visits import RECOGNISED

HERE = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY)


def resolve(db: Session, session: ClassSession, visit_id: str, student: Student, by: Account) -> bool:
    """Notes who it was, once; somebody recorded as here before stays as recorded.

    :returns: whether the student's entry was changed.
    :raises NotFound: ``visit_not_found``, for another session's visit too; ``student_not_found``.
    :raises Conflict: ``visit_resolved`` when somebody said so before.
    """
    try:
        with writing(db):
            return _resolve(db, session, visit_id, student, by)
    except IntegrityError as error:
        raise Conflict("visit_resolved") from error


def _resolve(db: Session, session: ClassSession, visit_id: str, student: Student, by: Account) -> bool:
    attendance.lock(db, session)
    visit = db.get(CheckIn, visit_id)
    if visit is None or visit.session_id != session.id or not _in_vain(visit):
        raise NotFound("visit_not_found")
    if db.get(VisitResolution, visit_id) is not None:
        raise Conflict("visit_resolved")
    db.add(
        VisitResolution(check_in_id=visit.id, student_id=student.id, account_id=by.id, account_name=by.name)
    )
    db.flush()
    record = attendance.find(db, session, student.id)
    here = record is not None and record.status in HERE
    if not here:
        status = session.status_at(visit.created_at)
        attendance.mark(db, session, student, status, by, source=ChangeSource.VISIT, at=visit.created_at)
    told = {"id": visit.id, "student": attendance.student_json(student), "by": by.name}
    outbox.add(db, session, "visit_resolved", told)
    return not here


def _in_vain(visit: CheckIn) -> bool:
    return visit.reason not in RECOGNISED or visit.status == CheckInStatus.DISCARDED
