"""Visits to the kiosk that led to no attendance, for the instructor's eyes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server.models import CheckIn, CheckInStatus, ClassSession

RECOGNISED = ("match", "already_checked_in")


@dataclass(frozen=True)
class VisitInVain:
    """A visit without a result.

    :ivar reason: of the decision; ``discarded`` after an X, so that no name is shown for it.
    """

    reason: str
    created_at: datetime


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


def in_vain(db: Session, session: ClassSession, limit: int = 30) -> list[VisitInVain]:
    """The session's visits that nobody was recorded for, newest first."""
    rows = db.execute(
        select(CheckIn.reason, CheckIn.status, CheckIn.created_at)
        .where(
            CheckIn.session_id == session.id,
            (CheckIn.reason.not_in(RECOGNISED)) | (CheckIn.status == CheckInStatus.DISCARDED),
        )
        .order_by(CheckIn.created_at.desc())
        .limit(limit)
    )
    return [
        VisitInVain(str(status) if status == CheckInStatus.DISCARDED else reason, created_at)
        for reason, status, created_at in rows
    ]
