"""Arrivals over time: how many came in each stretch of minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Attendance, AttendanceStatus, ClassSession

CAME = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY)
STRETCHES = (1, 2, 5, 10, 15, 30, 60, 120, 240)
"""In minutes: the shortest that needs no more than :data:`MOST_BARS` of them is taken."""
MOST_BARS = 24


@dataclass(frozen=True)
class Stretch:
    """Some minutes of a session.

    :ivar in_time: how many came who are not late.
    """

    begins: datetime
    in_time: int
    late: int

    @property
    def all(self) -> int:
        """Everybody who came then."""
        return self.in_time + self.late


@dataclass(frozen=True)
class Arrivals:
    """A session's arrivals, from the first to the last.

    :ivar minutes: of each stretch.
    """

    minutes: int
    stretches: tuple[Stretch, ...]

    @property
    def most(self) -> int:
        """How many came in the busiest stretch."""
        return max(one.all for one in self.stretches)


def over_time(db: Session, session: ClassSession) -> Arrivals | None:
    """The session's arrivals; none before the first."""
    rows = db.execute(
        select(Attendance.recorded_at, Attendance.status)
        .where(Attendance.session_id == session.id, Attendance.status.in_(CAME))
        .order_by(Attendance.recorded_at)
    ).all()
    return in_stretches([(at, status == AttendanceStatus.LATE) for at, status in rows])


def in_stretches(came: Sequence[tuple[datetime, bool]]) -> Arrivals | None:
    """Times in order, each with whether it was late, counted in stretches of round minutes."""
    if not came:
        return None
    first, last = came[0][0], came[-1][0]
    for minutes in STRETCHES:
        begins = _floor(first, minutes)
        bars = (last - begins) // timedelta(minutes=minutes) + 1
        if bars <= MOST_BARS:
            break
    bars = min(bars, MOST_BARS)
    counts = [[0, 0] for _ in range(bars)]
    for at, late in came:
        place = min((at - begins) // timedelta(minutes=minutes), bars - 1)
        counts[place][late] += 1
    return Arrivals(
        minutes,
        tuple(
            Stretch(begins + timedelta(minutes=minutes * place), in_time, late)
            for place, (in_time, late) in enumerate(counts)
        ),
    )


def _floor(moment: datetime, minutes: int) -> datetime:
    """The last round time before: counted from midnight UTC."""
    whole = (moment.hour * 60 + moment.minute) // minutes * minutes
    return moment.replace(hour=whole // 60, minute=whole % 60, second=0, microsecond=0)
