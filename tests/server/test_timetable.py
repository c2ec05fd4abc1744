"""Weekly patterns, holidays, moved days, and what a change leaves alone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from server.exceptions import Conflict, Invalid, NotFound
from server.models import ClassSession, TimetableException, WeeklyPattern, utc_now
from server.services import (
    attendance,
    class_sessions,
    course_settings,
    courses,
    planned_sessions,
    timetable,
)
from server.services.course_settings import CourseSettings
from server.services.session_rules import SessionRules
from server.services.timetable import PatternDraft
from server.services.weekly_recurrence import occurrences

MONDAY = date(2030, 3, 4)
RULES = SessionRules(minutes=75, late_after=10, absent_after=None, opens_before=15)


def draft(**changes):
    given = {
        "title": "Lecture",
        "weekdays": ["mo", "we"],
        "starts": time(9),
        "minutes": 75,
        "first_day": MONDAY,
        "last_day": MONDAY + timedelta(days=20),
    }
    return PatternDraft(**{**given, **changes})


def sessions(db, course):
    query = select(ClassSession).where(ClassSession.course_id == course.id)
    return list(db.scalars(query.order_by(ClassSession.starts_at)))


def days(db, course):
    return [one.starts_at.astimezone(course.zone).date().isoformat() for one in sessions(db, course)]


@pytest.fixture
def pattern(db, course):
    assert timetable.add_pattern(db, course, draft()).added == 6
    return timetable.patterns(db, course)[0]


class TestOccurrences:
    """A class at nine is at nine, whatever the clocks do."""

    def starts(self, zone, first_day, weeks=3, weekdays=("su",), starts=time(9)):
        pattern = WeeklyPattern(
            id=1,
            title="",
            weekdays=list(weekdays),
            starts=starts,
            minutes=60,
            first_day=first_day,
            last_day=first_day + timedelta(weeks=weeks, days=-1),
        )
        return [one.starts_at for one in occurrences([pattern], [], ZoneInfo(zone))]

    @pytest.mark.parametrize(
        ("zone", "first_day", "utc_hours"),
        [
            ("Europe/Berlin", date(2026, 3, 22), [8, 7, 7]),
            ("Europe/Berlin", date(2026, 10, 18), [7, 8, 8]),
            ("America/New_York", date(2026, 3, 1), [14, 13, 13]),
            ("America/New_York", date(2026, 10, 25), [13, 14, 14]),
            ("Asia/Seoul", date(2026, 3, 22), [0, 0, 0]),
            ("Pacific/Kiritimati", date(2026, 3, 22), [19, 19, 19]),
            ("Pacific/Pago_Pago", date(2026, 3, 22), [20, 20, 20]),
        ],
    )
    def test_over_a_change_of_the_clocks(self, zone, first_day, utc_hours):
        found = self.starts(zone, first_day)
        assert [one.hour for one in found] == utc_hours
        assert {one.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") for one in found} == {"Sun 09:00"}

    def test_a_time_that_is_left_out_and_one_that_comes_twice(self):
        (spring,) = self.starts("Europe/Berlin", date(2026, 3, 29), 1, starts=time(2, 30))
        assert spring.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "03:30"
        (autumn,) = self.starts("Europe/Berlin", date(2026, 10, 25), 1, starts=time(2, 30))
        assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_a_day_that_the_zone_left_out_has_no_session(self):
        week = self.starts("Pacific/Apia", date(2011, 12, 26), 1, weekdays=("th", "fr", "sa"))
        local = [one.astimezone(ZoneInfo("Pacific/Apia")).date().day for one in week]
        assert local == [29, 31]


class TestPatterns:
    def test_the_sessions_are_rows_that_keep_to_the_courses_rules(self, db, course, pattern):
        found = sessions(db, course)
        assert days(db, course)[:3] == ["2030-03-04", "2030-03-06", "2030-03-11"]
        assert (found[0].title, found[0].status, found[0].minutes) == ("Lecture", "scheduled", 75)
        assert found[0].starts_at - found[0].opens_at == timedelta(minutes=15)
        assert found[0].late_after_minutes == 10

    def test_a_change_remakes_only_what_nobody_touched(self, db, course, pattern, instructor):
        first, second, third, fourth, fifth, sixth = sessions(db, course)
        student = courses.add_student(db, course, "1", "Ahn")
        planned_sessions.change(db, first, first.starts_at, "Excursion", RULES)
        planned_sessions.cancel(db, second)
        attendance.mark(db, third, student, "excused", instructor)
        class_sessions.open_planned(db, fourth)
        kept = fifth.id
        result = timetable.change_pattern(db, course, pattern, draft(starts=time(10), weekdays=["mo", "tu"]))
        assert (result.added, result.removed) == (3, 1)
        assert [one.title for one in sessions(db, course)].count("Excursion") == 1
        assert first.starts_at.hour == second.starts_at.hour == third.starts_at.hour == 0
        assert (second.status, fourth.status) == ("cancelled", "open")
        assert db.get(ClassSession, kept).starts_at == datetime(2030, 3, 18, 1, tzinfo=UTC)
        assert db.get(ClassSession, sixth.id) is None

    def test_saving_it_unchanged_changes_nothing(self, db, course, pattern):
        before = [(one.id, one.starts_at) for one in sessions(db, course)]
        result = timetable.change_pattern(db, course, pattern, draft())
        assert (result.added, result.removed) == (0, 0)
        assert [(one.id, one.starts_at) for one in sessions(db, course)] == before

    def test_what_is_over_is_neither_made_nor_unmade(self, db, course):
        today = utc_now().astimezone(course.zone).date()
        every_day = ["mo", "tu", "we", "th", "fr", "sa", "su"]
        long_ago = draft(weekdays=every_day, first_day=today - timedelta(9), last_day=today + timedelta(2))
        timetable.add_pattern(db, course, long_ago)
        assert all(one.starts_at > utc_now() for one in sessions(db, course))
        assert 2 <= len(sessions(db, course)) <= 3

    def test_ending_it_keeps_what_was_touched(self, db, course, pattern):
        planned_sessions.cancel(db, sessions(db, course)[0])
        assert timetable.remove_pattern(db, course, pattern).removed == 5
        (left,) = sessions(db, course)
        db.refresh(left)
        assert (left.status, left.pattern_id) == ("cancelled", None)

    def test_another_time_zone_keeps_the_time_of_day(self, db, course, pattern):
        settings = CourseSettings("CS101", "Seeing machines", "Europe/Berlin", SessionRules.of_course(course))
        course_settings.change(db, course, settings)
        assert sessions(db, course)[0].starts_at == datetime(2030, 3, 4, 8, tzinfo=UTC)
        assert len(sessions(db, course)) == 6

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"weekdays": []}, "pattern_weekdays_missing"),
            ({"weekdays": ["xx"]}, "pattern_weekdays_missing"),
            ({"minutes": 0}, "session_minutes_invalid"),
            ({"last_day": MONDAY - timedelta(days=1)}, "pattern_days_invalid"),
            ({"last_day": MONDAY + timedelta(days=400)}, "pattern_days_invalid"),
            ({"title": "x" * 201}, "session_title_invalid"),
        ],
    )
    def test_what_cannot_be(self, db, course, change, reason):
        with pytest.raises(Invalid, match=reason):
            timetable.add_pattern(db, course, draft(**change))
        assert sessions(db, course) == []

    def test_there_are_not_too_many(self, db, course):
        db.add_all(
            WeeklyPattern(
                course_id=course.id,
                title="",
                weekdays=["mo"],
                starts=time(9),
                minutes=60,
                first_day=MONDAY,
                last_day=MONDAY,
            )
            for _ in range(timetable.MOST_PATTERNS)
        )
        db.commit()
        with pytest.raises(Conflict, match="patterns_full"):
            timetable.add_pattern(db, course, draft())

    def test_another_courses_pattern_is_not_there(self, db, pattern, administrator):
        other = courses.create(db, administrator, "X", "Other", "UTC", 5)
        with pytest.raises(NotFound, match="pattern_not_found"):
            timetable.pattern(db, other, pattern.id)


class TestExceptions:
    def test_holidays_skip_days_and_give_them_back(self, db, course, pattern):
        week = (date(2030, 3, 11), date(2030, 3, 17))
        assert timetable.add_exception(db, course, *week, None, "Spring break").removed == 2
        assert days(db, course) == ["2030-03-04", "2030-03-06", "2030-03-18", "2030-03-20"]
        (holiday,) = timetable.exceptions(db, course)
        assert timetable.remove_exception(db, course, holiday.id).added == 2

    def test_a_day_moves_with_its_time_and_the_row_stays(self, db, course, pattern):
        first = sessions(db, course)[0].id
        saturday = date(2030, 3, 9)
        timetable.add_exception(db, course, MONDAY, MONDAY, saturday, "Election day")
        moved = db.get(ClassSession, first)
        assert moved.starts_at.astimezone(course.zone).strftime("%a %H:%M") == "Sat 09:00"
        assert len(sessions(db, course)) == 6

    @pytest.mark.parametrize(
        ("first", "last", "moved_to", "reason"),
        [
            (MONDAY, MONDAY - timedelta(days=1), None, "exception_days_invalid"),
            (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=5), "exception_move_invalid"),
            (MONDAY, MONDAY, MONDAY, "exception_move_invalid"),
            (MONDAY - timedelta(days=3), MONDAY, None, "exception_overlaps"),
        ],
    )
    def test_what_cannot_be(self, db, course, first, last, moved_to, reason):
        db.add(TimetableException(course_id=course.id, first_day=MONDAY, last_day=MONDAY, note=""))
        db.commit()
        with pytest.raises(Invalid, match=reason):
            timetable.add_exception(db, course, first, last, moved_to, "")
