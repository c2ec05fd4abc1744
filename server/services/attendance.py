"""Who was there: the live roster, marking by hand, counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, load_only

from server.db import writing
from server.exceptions import Invalid, NotFound
from server.models import (
    Account,
    Attendance,
    AttendanceMethod,
    AttendanceStatus,
    ChangeSource,
    CheckIn,
    ClassSession,
    Enrolment,
    Student,
    utc_now,
)
from server.services import attendance_log, leaving, outbox
from server.services.confidence import confidence

HERE = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
"""Recorded so, somebody is in the room."""
MOST_REASON_CHARACTERS = 500


@dataclass(frozen=True)
class LiveEntry:
    """One line of the live roster; without a status the student is still waited for.

    :ivar left_at: when the student checked out, where the course asks for it.
    :ivar reason: in somebody's words, where one was given.
    :ivar kiosk: the name of the kiosk that took the check-in.
    :ivar confidence: see :mod:`server.services.confidence`.
    """

    student: Student
    status: str | None
    method: str | None
    recorded_at: datetime | None
    score: float | None
    challenged: bool | None = None
    unconfirmed: bool = False
    reason: str = ""
    kiosk: str | None = None
    confidence: str | None = None
    left_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """As the API and the events show it."""
        return {
            "student": student_json(self.student),
            "status": self.status,
            "method": self.method,
            "recorded_at": self.recorded_at.isoformat() if self.recorded_at else None,
            "score": round(self.score, 4) if self.score is not None else None,
            "challenged": self.challenged,
            "unconfirmed": self.unconfirmed,
            "reason": self.reason,
            "kiosk": self.kiosk,
            "confidence": self.confidence,
            "left_at": self.left_at.isoformat() if self.left_at else None,
        }


def arrival_json(session: ClassSession, record: Attendance) -> dict[str, Any]:
    """What a kiosk is told of an entry."""
    return {
        "status": record.status,
        "recorded_at": record.recorded_at.isoformat(),
        "left_at": record.left_at.isoformat() if record.left_at else None,
        "check_out_from": leaving.check_out_from(session, record).isoformat() if session.check_out else None,
    }


def student_json(student: Student) -> dict[str, Any]:
    """A student as the API shows them."""
    return {"id": student.id, "name": student.name, "number": student.number}


def live_roster(db: Session, session: ClassSession) -> list[LiveEntry]:
    """Everybody on the roster, and those who left it but were recorded before, by name."""
    rows = db.execute(
        select(Student, Attendance)
        .join(Enrolment, and_(Enrolment.student_id == Student.id, Enrolment.course_id == session.course_id))
        .outerjoin(Attendance, and_(Attendance.student_id == Student.id, Attendance.session_id == session.id))
        .where(or_(Enrolment.dropped_at.is_(None), Attendance.id.is_not(None)))
        .order_by(Student.name, Student.number)
        .options(
            joinedload(Attendance.check_in).options(
                load_only(CheckIn.threshold, CheckIn.kiosk_id), joinedload(CheckIn.kiosk)
            )
        )
    )
    return [entry(student, record) for student, record in rows]


def entry(student: Student, record: Attendance | None) -> LiveEntry:
    """One line of the live roster."""
    if record is None:
        return LiveEntry(student, None, None, None, None)
    visit = record.check_in
    return LiveEntry(
        student,
        record.status,
        record.method,
        record.recorded_at,
        record.score,
        record.challenged,
        record.unconfirmed,
        record.reason,
        visit.kiosk.name if visit is not None and visit.kiosk is not None else None,
        confidence(record.score, visit.threshold if visit is not None else None),
        record.left_at,
    )


def counts(db: Session, session: ClassSession) -> dict[str, int]:
    """How many are present, late, absent, excused and waiting."""
    return counts_of(db, [session])[session.id]


def counts_of(db: Session, sessions: Sequence[ClassSession]) -> dict[int, dict[str, int]]:
    """The counts of several sessions, by session id, in two queries."""
    ids = [session.id for session in sessions]
    found = {session_id: {status.value: 0 for status in AttendanceStatus} for session_id in ids}
    for session_id, status, number in db.execute(
        select(Attendance.session_id, Attendance.status, func.count())
        .where(Attendance.session_id.in_(ids))
        .group_by(Attendance.session_id, Attendance.status)
    ):
        found[session_id][status] = number
    waiting = dict(
        db.execute(
            select(ClassSession.id, func.count(Enrolment.id))
            .join(
                Enrolment,
                and_(Enrolment.course_id == ClassSession.course_id, Enrolment.dropped_at.is_(None)),
            )
            .outerjoin(
                Attendance,
                and_(
                    Attendance.session_id == ClassSession.id,
                    Attendance.student_id == Enrolment.student_id,
                ),
            )
            .where(ClassSession.id.in_(ids), Attendance.id.is_(None))
            .group_by(ClassSession.id)
        ).all()
    )
    for session_id in ids:
        found[session_id]["waiting"] = waiting.get(session_id, 0)
    return found


def find(db: Session, session: ClassSession, student_id: int) -> Attendance | None:
    """What is recorded of a student in a session."""
    return db.scalar(
        select(Attendance).where(Attendance.session_id == session.id, Attendance.student_id == student_id)
    )


def mark(
    db: Session,
    session: ClassSession,
    student: Student,
    status: str,
    by: Account,
    reason: str = "",
    *,
    source: ChangeSource = ChangeSource.HAND,
    at: datetime | None = None,
) -> Attendance:
    """Records a status by hand, over whatever was there; open and closed sessions alike.

    :param reason: why, in the account's words.
    :param source: what made the account do so; after a roll-call that is the method as well.
    :param at: when it happened, where that is known; else it is recorded as of now.
    :raises Invalid: ``status_invalid``, ``reason_too_long``.
    :raises NotFound: ``student_not_found`` when the student is neither on the roster nor recorded.
    """
    reason = " ".join(reason.split())
    if status not in set(AttendanceStatus):
        raise Invalid("status_invalid")
    if len(reason) > MOST_REASON_CHARACTERS:
        raise Invalid("reason_too_long")
    with writing(db):
        lock(db, session)
        record = find(db, session, student.id)
        before = attendance_log.snapshot(record)
        if record is None:
            if not on_roster(db, session, student.id):
                raise NotFound("student_not_found")
            record = Attendance(session_id=session.id, student_id=student.id)
            db.add(record)
        record.status = status
        by_picture = source == ChangeSource.ROLL_CALL
        record.method = AttendanceMethod.ROLL_CALL if by_picture else AttendanceMethod.MANUAL
        record.check_in = None
        record.marked_by = by.id
        record.recorded_at = at or utc_now()
        record.score = None
        record.challenged = None
        record.unconfirmed = False
        record.reason = reason
        db.flush()
        attendance_log.note(db, record, before, source, by=by, reason=reason)
        announce(db, session, student, record)
    return record


def arrive(
    db: Session, session: ClassSession, check_in: CheckIn, student: Student
) -> tuple[Attendance, bool]:
    """Records an arrival at a kiosk, within a writing transaction that holds :func:`lock`.

    Absent and excused give way to somebody who is evidently there; who has come stays as recorded. A
    visit that a kiosk kept counts at the time it happened: it makes an arrival earlier, never later, and
    leaves alone what an instructor has recorded by hand meanwhile. A later visit of somebody who has come is
    their leaving, where the session asks for it (:mod:`server.services.leaving`).

    :returns: the record, and whether this call made or changed it.
    """
    record = find(db, session, student.id)
    if record is not None and leaving.is_leaving(session, record, check_in.created_at):
        leaving.leave(db, session, check_in, record)
        announce(db, session, student, record)
        return record, True
    if record is not None and _stays(session, record, check_in):
        return record, False
    before = attendance_log.snapshot(record)
    confirmed = record is not None and record.came
    if record is None:
        record = Attendance(session_id=session.id, student_id=student.id)
        db.add(record)
    record.status = session.status_at(check_in.created_at)
    record.method = check_in.method
    record.check_in = check_in
    record.marked_by = None
    record.recorded_at = check_in.created_at if check_in.kept else utc_now()
    record.score = check_in.score
    record.challenged = check_in.challenged
    record.unconfirmed = check_in.kept and check_in.method == AttendanceMethod.FACE and not confirmed
    record.reason = ""
    db.flush()
    attendance_log.note(db, record, before, ChangeSource.ARRIVAL, kiosk_id=check_in.kiosk_id)
    announce(db, session, student, record)
    return record, True


def _stays(session: ClassSession, record: Attendance, check_in: CheckIn) -> bool:
    """Whether what is recorded is not changed by this arrival."""
    if not check_in.kept:
        return leaving.is_there(session, record)
    if record.method == AttendanceMethod.MANUAL:
        return True
    return leaving.is_there(session, record) and record.recorded_at <= check_in.created_at


def lock(db: Session, session: ClassSession) -> None:
    """Makes writers of one session take turns: on PostgreSQL by its row; SQLite has one writer anyway."""
    db.refresh(session, with_for_update={"of": ClassSession})


def announce(db: Session, session: ClassSession, student: Student, record: Attendance | None) -> None:
    """Tells the dashboards, in the same transaction."""
    payload = entry(student, record).as_json() | {"counts": counts(db, session)}
    outbox.add(db, session, "attendance", payload)


def on_roster(db: Session, session: ClassSession, student_id: int) -> bool:
    """Whether the student is enrolled in the session's course now."""
    return (
        db.scalar(
            select(Enrolment.id).where(
                Enrolment.course_id == session.course_id,
                Enrolment.student_id == student_id,
                Enrolment.dropped_at.is_(None),
            )
        )
        is not None
    )
