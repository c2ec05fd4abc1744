"""Visits to the kiosk that led to no attendance, for the instructor's eyes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server.models import CheckIn, CheckInStatus, ClassSession, Student, VisitResolution

RECOGNISED = ("match", "already_checked_in")


@dataclass(frozen=True)
class VisitInVain:
    """A visit without a result.

    :ivar reason: of the decision; ``discarded`` after an X, so that no name is shown for it.
    :ivar student: who it was, as an instructor said.
    :ivar resolved_by: the instructor's name.
    """

    id: str
    reason: str
    created_at: datetime
    student: Student | None = None
    resolved_by: str | None = None


@dataclass(frozen=True)
class FirstSight:
    """How often recognition worked.

    :ivar visits: visits with a face good enough to compare.
    :ivar recognised: those that led to a student of the class.
    """

    visits: int
    recognised: int


def by_mask(db: Session, session: ClassSession) -> dict[bool, FirstSight]:
    """The session's visits by face, with a mask (True) and without (False)."""
    recognised = case((CheckIn.reason.in_(RECOGNISED), 1), else_=0)
    rows = db.execute(
        select(CheckIn.masked, func.count(), func.sum(recognised))
        .where(CheckIn.session_id == session.id, CheckIn.masked.is_not(None))
        .group_by(CheckIn.masked)
    )
    found = {masked: FirstSight(visits, int(count)) for masked, visits, count in rows}
    return {masked: found.get(masked, FirstSight(0, 0)) for masked in (False, True)}


def in_vain(
    db: Session, session: ClassSession, limit: int = 30, *, visit_id: str | None = None
) -> list[VisitInVain]:
    """The session's visits that nobody was recorded for, newest first; or just one of them."""
    query = (
        select(
            CheckIn.id,
            CheckIn.reason,
            CheckIn.status,
            CheckIn.created_at,
            Student,
            VisitResolution.account_name,
        )
        .outerjoin(VisitResolution, VisitResolution.check_in_id == CheckIn.id)
        .outerjoin(Student, Student.id == VisitResolution.student_id)
        .where(
            CheckIn.session_id == session.id,
            (CheckIn.reason.not_in(RECOGNISED)) | (CheckIn.status == CheckInStatus.DISCARDED),
        )
        .order_by(CheckIn.created_at.desc())
        .limit(limit)
    )
    if visit_id is not None:
        query = query.where(CheckIn.id == visit_id)
    rows = db.execute(query)
    return [
        VisitInVain(id, str(status) if status == CheckInStatus.DISCARDED else reason, at, student, by)
        for id, reason, status, at, student, by in rows
    ]
