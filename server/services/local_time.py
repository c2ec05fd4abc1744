"""From a course's clock to UTC, also where the clock jumps.

As iCalendar has it (RFC 5545, 3.3.5): a time that a clock put forward leaves out is reckoned by the offset
before (02:30 becomes 03:30); of a time that a clock put back shows twice, the first counts.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A day and a time by a course's clock, in UTC.

    :raises OverflowError: at the ends of the calendar.
    """
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)


def day_exists(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone has this day: Samoa left out 30 December 2011 to cross the date line."""
    noon = datetime.combine(day, time(12), tzinfo=zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day by a course's clock, in UTC."""
    return moment(day, time(0), zone)


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
