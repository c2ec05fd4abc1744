"""From a course's clock to UTC, where clocks jump and days are left out."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from server.services import local_time


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", "2026-03-28", "09:00", "2026-03-28T08:00"),
        ("Europe/Berlin", "2026-03-29", "09:00", "2026-03-29T07:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30"),  # Not on any clock: 03:30.
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),  # Twice: the first.
        ("Europe/Berlin", "2026-10-25", "09:00", "2026-10-25T08:00"),
        ("America/New_York", "2026-03-08", "02:15", "2026-03-08T07:15"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("Asia/Seoul", "2026-03-29", "00:30", "2026-03-28T15:30"),
        ("Pacific/Apia", "2011-12-29", "09:00", "2011-12-29T19:00"),
        ("Pacific/Apia", "2011-12-31", "09:00", "2011-12-30T19:00"),
        ("Pacific/Kiritimati", "2026-01-01", "09:00", "2025-12-31T19:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45"),  # Half an hour forward.
    ],
)
def test_a_time_by_the_courses_clock(zone, day, at, expected):
    found = local_time.moment(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_day_that_was_left_out():
    apia = ZoneInfo("Pacific/Apia")
    days = [date(2011, 12, 29), date(2011, 12, 30), date(2011, 12, 31)]
    assert [local_time.day_exists(day, apia) for day in days] == [True, False, True]
    assert local_time.day_exists(date(2026, 3, 29), ZoneInfo("Europe/Berlin"))


def test_a_week_begins_on_monday():
    assert local_time.week_of(date(2026, 11, 22)) == date(2026, 11, 16)
    assert local_time.week_of(date(2026, 11, 23)) == date(2026, 11, 23)
