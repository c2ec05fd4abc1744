"""Attendance over time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.models import Attendance, ClassSession, Enrolment
from server.services import attendance_history, courses
from server.services.attendance_history import Period, Tally, streaks_of
from server.services.heat_map import heat_map

MONDAY = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


def hold(db, course, *days):
    """One session for each string of letters, a letter a student: p, l, e (excused), a, o (left early), -."""
    letters = {"p": "present", "l": "late", "e": "excused", "a": "absent", "o": "left_early"}
    enrolled = [one.student_id for one in db.query(Enrolment).filter_by(course_id=course.id).order_by("id")]
    for number, day in enumerate(days):
        at = MONDAY + timedelta(days=number)
        session = ClassSession(
            course_id=course.id, title=f"S{number}", status="closed", starts_at=at, late_after_minutes=5
        )
        db.add(session)
        db.flush()
        db.add_all(
            Attendance(session_id=session.id, student_id=student, status=letters[letter], recorded_at=at)
            for student, letter in zip(enrolled, day, strict=True)
            if letter != "-"
        )
    db.commit()


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(n), name) for n, name in enumerate(["Ahn", "Bae", "Choi"])]


@pytest.fixture
def held(db, course, students):
    hold(db, course, "pla", "paa", "oae", "eaa", "p--")


def lines(db, course, period=Period(), **options):  # noqa: B008  Frozen.
    return attendance_history.students(db, course, period, **options).lines


def test_rates_leave_out_what_does_not_count(db, course, held):
    ahn, bae, choi = lines(db, course)
    assert ahn.tally == Tally(present=3, left_early=1, excused=1)
    assert (ahn.tally.rate, bae.tally.rate, choi.tally.rate) == (1.0, 0.25, 0.0)
    assert attendance_history.in_all(db, course, Period()) == Tally(3, 1, 1, 2, 6)


def test_streaks_end_with_the_last_time_somebody_came(db, course, held):
    assert [one.streak for one in lines(db, course)] == [0, 3, 3]
    assert streaks_of(["absent", "absent", "present", "absent", "excused", "absent"]) == (2, 2)
    assert streaks_of(["absent"] * 3 + ["late"]) == (0, 3)
    assert streaks_of([]) == (0, 0)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", "Ahn Bae Choi"),
        ("-number", "Choi Bae Ahn"),
        ("rate", "Choi Bae Ahn"),
        ("-absent", "Bae Choi Ahn"),
        ("-late", "Bae Ahn Choi"),
        ("-streak", "Bae Choi Ahn"),
        ("nonsense", "Ahn Bae Choi"),
    ],
)
def test_it_sorts(db, course, held, sort, names):
    assert [one.student.name for one in lines(db, course, sort=sort)] == names.split()


def test_it_searches_names_and_numbers(db, course, held):
    assert [one.student.name for one in lines(db, course, search="a")] == ["Ahn", "Bae"]
    assert [one.student.name for one in lines(db, course, search="2")] == ["Choi"]
    assert lines(db, course, search="%") == []


def test_days_are_the_courses_own(db, course, held):
    seoul = Period(date(2026, 3, 3), date(2026, 3, 4))
    shown = attendance_history.sessions(db, course, seoul)
    assert [one.title for one in shown] == ["S1", "S2"]
    assert attendance_history.count_sessions(db, course, seoul) == 2
    assert lines(db, course, seoul)[0].tally == Tally(present=1, left_early=1)


def test_who_left_stays_as_long_as_something_is_recorded(db, course, held, students):
    courses.drop_student(db, course, students[0])
    never = courses.add_student(db, course, "9", "Noh")
    courses.drop_student(db, course, never)
    assert [(one.student.name, one.dropped) for one in lines(db, course)][0] == ("Ahn", True)
    assert len(lines(db, course)) == 3


def test_sessions_compared(db, course, held):
    shown = attendance_history.sessions(db, course, Period())
    tallies = attendance_history.by_session(db, shown)
    assert [tallies[one.id].came for one in shown] == [2, 1, 1, 0, 1]


def test_another_courses_attendance_is_left_out(db, course, held, students, administrator):
    other = courses.create(db, administrator, "X", "Other", "UTC", 5)
    courses.enrol(db, other, students[0])
    hold(db, other, "a")
    assert lines(db, course)[0].tally.absent == 0
    assert [one.tally for one in lines(db, other)] == [Tally(absent=1)]


class TestHeatMap:
    def test_a_column_a_week_a_row_a_weekday(self):
        found = heat_map(
            [(date(2026, 3, 4), "present"), (date(2026, 3, 9), "late"), (date(2026, 4, 1), "absent")]
        )
        assert [(one.week, one.weekday, one.status) for one in found.days] == [
            (0, 2, "present"),
            (1, 0, "late"),
            (4, 2, "absent"),
        ]
        assert (found.weeks, [first.month for _, first in found.months]) == (5, [3, 4])

    def test_the_gravest_of_a_day_shows(self):
        day = date(2026, 3, 4)
        (one,) = heat_map([(day, "present"), (day, "absent"), (day, "excused")]).days
        assert (one.status, one.sessions) == ("absent", 3)

    def test_nothing_has_no_calendar(self):
        assert heat_map([]) is None
