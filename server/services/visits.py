"""Visits to the kiosk that led to no attendance, for the instructor's eyes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
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
