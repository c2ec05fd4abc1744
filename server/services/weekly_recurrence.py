"""From weekly patterns and exceptions to the sessions that they mean. Nothing is read or written here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.models import TimetableException, WeeklyPattern
from server.models.timetable import WEEKDAYS
from server.services import local_time


@dataclass(frozen=True)
class Occurrence:
    """One session that a pattern means.

    :ivar pattern_day: the day by the pattern, also where the session is moved to another one.
    :ivar starts_at: in UTC.
    """

    pattern_id: int
    pattern_day: date
    title: str
    starts_at: datetime
    minutes: int


def occurrences(
    patterns: Iterable[WeeklyPattern], exceptions: Sequence[TimetableException], zone: ZoneInfo
) -> Iterator[Occurrence]:
    """Every session of the patterns, day by day; a time of day is by the zone's clock on that day."""
    for pattern in patterns:
        for day in _days(pattern):
            exception = next((one for one in exceptions if one.covers(day)), None)
            held_on = day if exception is None else exception.moved_to
            if held_on is None or not local_time.day_exists(held_on, zone):
                continue
            starts_at = local_time.moment(held_on, pattern.starts, zone)
            yield Occurrence(pattern.id, day, pattern.title, starts_at, pattern.minutes)


def _days(pattern: WeeklyPattern) -> Iterator[date]:
    wanted = {WEEKDAYS.index(code) for code in pattern.weekdays}
    for number in range((pattern.last_day - pattern.first_day).days + 1):
        day = pattern.first_day + timedelta(days=number)
        if day.weekday() in wanted:
            yield day
