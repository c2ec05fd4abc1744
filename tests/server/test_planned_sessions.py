"""Planning sessions, and the course's defaults that they keep to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.exceptions import Conflict, Invalid
from server.services import class_sessions, course_settings, courses, planned_sessions
from server.services.course_settings import CourseSettings
from server.services.session_rules import SessionRules

RULES = SessionRules(minutes=75, late_after=5, absent_after=20, opens_before=30)
NINE = datetime(2030, 3, 4, 0, 0, tzinfo=UTC)  # 09:00 in Seoul, a Monday.


def settings(**changes):
    given = {"code": "CS101", "name": "Seeing machines", "time_zone": "Asia/Seoul", "rules": RULES}
    return CourseSettings(**{**given, **changes})


class TestSettings:
    def test_planned_sessions_take_them_over_unless_they_were_edited(self, db, course):
        plain = planned_sessions.add(db, course, NINE, "")
        own = planned_sessions.add(db, course, NINE + timedelta(days=7), "", SessionRules(50, 1, None, 0))
        course_settings.change(db, course, settings())
        assert SessionRules.of_session(plain) == RULES
        assert plain.opens_at == NINE - timedelta(minutes=30)
        assert SessionRules.of_session(own) == SessionRules(50, 1, None, 0)

    @pytest.mark.parametrize(
        ("rules", "reason"),
        [
            (SessionRules(0, 5, None, 15), "session_minutes_invalid"),
            (SessionRules(60, -1, None, 15), "late_after_invalid"),
            (SessionRules(60, 10, 9, 15), "absent_after_invalid"),
            (SessionRules(60, 10, 1441, 15), "absent_after_invalid"),
            (SessionRules(60, 10, None, 241), "opens_before_invalid"),
        ],
    )
    def test_rules_that_cannot_be(self, db, course, rules, reason):
        with pytest.raises(Invalid, match=reason):
            course_settings.change(db, course, settings(rules=rules))
        assert course.session_minutes == 60

    def test_a_term_has_two_days_in_order(self, db, course):
        first, last = date(2030, 3, 4), date(2030, 6, 21)
        for days in ((first, None), (None, last), (last, first)):
            with pytest.raises(Invalid, match="term_days_invalid"):
                course_settings.change(db, course, settings(term_first_day=days[0], term_last_day=days[1]))
        course_settings.change(
            db, course, settings(term_name=" Spring  2030 ", term_first_day=first, term_last_day=last)
        )
        assert (course.term_name, course.term_last_day) == ("Spring 2030", last)

    def test_archiving_hides_and_restoring_brings_back(self, db, course, instructor):
        session = class_sessions.start(db, course)
        with pytest.raises(Conflict, match="course_has_open_session"):
            course_settings.archive(db, course)
        class_sessions.close(db, session)
        course_settings.archive(db, course)
        assert courses.list_for(db, instructor) == []
        assert courses.archived_for(db, instructor) == [course]
        course_settings.restore(db, course)
        assert courses.list_for(db, instructor) == [course]


class TestSessions:
    def test_an_open_one_can_be_made_longer_but_not_moved(self, db, course):
        session = planned_sessions.add(db, course, NINE, "Week 1")
        class_sessions.open_planned(db, session)
        planned_sessions.change(db, session, NINE, "Week 1", RULES)
        assert session.ends_at == NINE + timedelta(minutes=75)
        with pytest.raises(Conflict, match="session_has_begun"):
            planned_sessions.change(db, session, NINE + timedelta(days=1), "Week 1", RULES)

    def test_cancelling_and_restoring(self, db, course):
        session = planned_sessions.add(db, course, NINE, "")
        with pytest.raises(Conflict, match="session_not_cancelled"):
            planned_sessions.restore(db, session)
        planned_sessions.cancel(db, session)
        with pytest.raises(Conflict, match="session_not_editable"):
            planned_sessions.change(db, session, NINE, "", RULES)
        planned_sessions.restore(db, session)
        class_sessions.open_planned(db, session)
        with pytest.raises(Conflict, match="session_not_scheduled"):
            planned_sessions.cancel(db, session)

    def test_a_title_is_one_line(self, db, course):
        assert planned_sessions.add(db, course, NINE, " Week\x00 1\n\t눈 ").title == "Week 1 눈"

    def test_nothing_is_planned_in_the_past(self, db, course):
        with pytest.raises(Invalid, match="session_over_already"):
            planned_sessions.add(db, course, datetime(2020, 3, 4, tzinfo=UTC), "")

    def test_weeks_are_those_of_the_courses_clock(self, db, instructor):
        course = courses.create(db, instructor, "K", "Kiritimati", "Pacific/Kiritimati", 5)
        sunday_in_utc = datetime(2030, 3, 3, 12, 0, tzinfo=UTC)  # Monday, 02:00 there.
        planned_sessions.add(db, course, sunday_in_utc, "Early")
        before, after = planned_sessions.weeks(db, course, date(2030, 2, 27), 2)
        assert before.sessions == []
        assert [one.title for one in after.sessions] == ["Early"]
        assert (after.first_day, after.last_day) == (date(2030, 3, 4), date(2030, 3, 10))

    def test_the_overview_shows_what_was_and_what_is_next(self, db, course):
        planned_sessions.add(db, course, NINE, "To come")
        assert class_sessions.of_course(db, course) == []
        assert class_sessions.next_planned(db, course).title == "To come"
