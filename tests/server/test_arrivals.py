"""Arrivals over time."""

from datetime import UTC, datetime, timedelta

from server.services import arrivals, attendance, class_sessions, courses

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def came(*minutes, late_from=10):
    return [(NINE + timedelta(minutes=one), one >= late_from) for one in minutes]


def test_nobody_gives_no_chart():
    assert arrivals.in_stretches([]) is None


def test_a_few_minutes_are_shown_minute_by_minute():
    found = arrivals.in_stretches(came(0.5, 0.9, 3, 12))
    assert (found.minutes, len(found.stretches), found.most) == (1, 13, 2)
    assert [(one.in_time, one.late) for one in found.stretches if one.all] == [(2, 0), (1, 0), (0, 1)]
    assert found.stretches[0].begins == NINE


def test_longer_ones_in_longer_stretches_and_nobody_is_lost():
    for last in (30, 100, 500, 3000, 30_000):
        found = arrivals.in_stretches(came(*range(0, last, 7)))
        assert len(found.stretches) <= arrivals.MOST_BARS
        assert sum(one.all for one in found.stretches) == len(range(0, last, 7))


def test_it_counts_those_who_came(db, course, instructor):
    students = [courses.add_student(db, course, str(n), f"S{n}") for n in range(4)]
    session = class_sessions.start(db, course)
    assert arrivals.over_time(db, session) is None
    for student, status in zip(students, ("present", "late", "excused", "left_early"), strict=True):
        attendance.mark(db, session, student, status, instructor)
    found = arrivals.over_time(db, session)
    assert [(one.in_time, one.late) for one in found.stretches if one.all] == [(2, 1)]
