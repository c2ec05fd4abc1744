"""A calendar of a student's sessions: a square for each day, a column for each week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SEVERITY = ("absent", "late", "left_early", "excused", "present")
"""Of a day with several sessions the gravest shows."""


@dataclass(frozen=True)
class Day:
    """A day with sessions.

    :ivar week: column, from 0; ``weekday``: row, 0 for Monday.
    """

    on: date
    week: int
    weekday: int
    status: str
    sessions: int


@dataclass(frozen=True)
class HeatMap:
    """The days with sessions, the number of columns, and where each month begins: (column, its first day)."""

    days: tuple[Day, ...]
    weeks: int
    months: tuple[tuple[int, date], ...]


def heat_map(held: Sequence[tuple[date, str]]) -> HeatMap | None:
    """Days in order, each with a status; none when there are none."""
    if not held:
        return None
    monday = held[0][0] - timedelta(days=held[0][0].weekday())
    by_day: dict[date, list[str]] = {}
    for on, status in held:
        by_day.setdefault(on, []).append(status)
    days = tuple(
        Day(on, (on - monday).days // 7, on.weekday(), _gravest(statuses), len(statuses))
        for on, statuses in by_day.items()
    )
    weeks = days[-1].week + 1
    months: list[tuple[int, date]] = []
    for week in range(weeks):
        sunday = monday + timedelta(days=7 * week + 6)
        first = sunday.replace(day=1)
        if not months or months[-1][1] != first:
            months.append((week, first))
    return HeatMap(days, weeks, tuple(months))


def _gravest(statuses: Sequence[str]) -> str:
    return next((code for code in SEVERITY if code in statuses), statuses[0])
