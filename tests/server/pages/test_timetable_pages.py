"""Settings and timetable of a course, without scripts."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from server.models import ClassSession, Course
from server.services import class_sessions, courses, planned_sessions
from tests.server.pages.conftest import words
from tests.server.people import fresh

RULES = {
    "minutes": "75",
    "opens_before_minutes": "10",
    "late_after_minutes": "5",
    "absent_after_minutes": "",
}
SETTINGS = {
    **RULES,
    "code": "CS102",
    "name": "Seeing more",
    "time_zone": "Europe/Berlin",
    "term_name": "Winter",
    "term_first_day": "2030-10-14",
    "term_last_day": "2031-02-07",
}
SESSION = {**RULES, "title": "Excursion", "day": "2030-03-04", "at": "09:00"}


def only_session(db) -> ClassSession:
    return fresh(db).scalars(select(ClassSession)).one()


class TestSettings:
    def test_saving(self, browser, course, db):
        page = browser.follow(browser.post(f"/courses/{course.id}/settings", SETTINGS))
        assert "Saved." in page
        saved = fresh(db).get(Course, course.id)
        assert (saved.code, saved.time_zone, saved.session_minutes) == ("CS102", "Europe/Berlin", 75)
        assert saved.absent_after_minutes is None
        assert 'value="2031-02-07"' in page

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"minutes": "0"}, "Between 1 and 1440 minutes."),
            ({"absent_after_minutes": "3"}, "The time until absent is not shorter than the time until late"),
            ({"term_last_day": "2030-10-01"}, "A term has a first day and a last day"),
            ({"term_first_day": "0001-01-01"}, "Please check the year."),
            ({"time_zone": "Mars/Base"}, "Not a valid choice."),
        ],
    )
    def test_a_mistake_is_explained_and_nothing_is_saved(self, browser, course, db, change, message):
        answer = browser.post(f"/courses/{course.id}/settings", {**SETTINGS, **change})
        assert answer.status_code == 422
        assert message in words(answer.text)
        assert fresh(db).get(Course, course.id).code == "CS101"

    def test_archiving_and_restoring(self, browser, course):
        page = browser.follow(browser.post(f"/courses/{course.id}/archive"))
        assert "is archived" in page
        assert browser.get(f"/courses/{course.id}").status_code == 404
        assert "Seeing machines" in browser.follow(browser.post(f"/courses/{course.id}/restoration"))


class TestSingleSessions:
    def test_planning_one_by_the_courses_clock(self, browser, course, db):
        page = words(browser.follow(browser.post(f"/courses/{course.id}/sessions/new", SESSION)))
        assert "Mon 4 9:00 AM – 10:15 AM Excursion opens by itself at 8:50 AM" in page
        assert only_session(db).starts_at == datetime(2030, 3, 4, 0, 0, tzinfo=UTC)

    def test_a_time_that_the_clock_leaves_out_is_explained(self, browser, db, instructor):
        course = courses.create(db, instructor, "B", "Berlin", "Europe/Berlin", 5)
        form = {**SESSION, "day": "2030-03-31", "at": "02:30"}
        page = words(browser.follow(browser.post(f"/courses/{course.id}/sessions/new", form)))
        assert "The clocks change on that day: the session starts at 3:30 AM." in page

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"day": ""}, "Please fill this in."),
            ({"day": "9999-12-31"}, "Please check the year."),
            ({"at": "25:00"}, "Not a valid time value."),
            ({"day": "2020-01-01"}, "A session at that time would be over already."),
        ],
    )
    def test_a_mistake_is_explained(self, browser, course, change, message):
        answer = browser.post(f"/courses/{course.id}/sessions/new", {**SESSION, **change})
        assert answer.status_code == 422
        assert message in words(answer.text)

    def test_changing_cancelling_and_restoring(self, browser, course, db):
        session = planned_sessions.add(db, course, datetime(2030, 3, 4, tzinfo=UTC), "Excursion")
        assert 'value="09:00"' in browser.get(f"/sessions/{session.id}/plan").text
        moved = {**SESSION, "at": "13:30"}
        assert "1:30 PM – 2:45 PM" in words(
            browser.follow(browser.post(f"/sessions/{session.id}/plan", moved))
        )
        assert "Cancelled" in browser.follow(browser.post(f"/sessions/{session.id}/cancellation"))
        assert "Let it take place" in browser.get(f"/sessions/{session.id}/plan").text
        assert "Planned" in browser.follow(browser.post(f"/sessions/{session.id}/restoration"))
        assert only_session(db).starts_at == datetime(2030, 3, 4, 4, 30, tzinfo=UTC)

    def test_what_was_started_by_hand_is_not_moved_by_saving_it(self, browser, course, db):
        session = class_sessions.start(db, course)
        began = session.starts_at
        page = browser.get(f"/sessions/{session.id}/plan").text
        local = began.astimezone(course.zone)
        form = {**RULES, "title": "Lab", "day": f"{local:%Y-%m-%d}", "at": f"{local:%H:%M}"}
        assert f'value="{local:%H:%M}"' in page
        assert browser.post(f"/sessions/{session.id}/plan", form).status_code == 302
        saved = only_session(db)
        assert (saved.starts_at, saved.title, saved.minutes) == (began, "Lab", 75)


def test_pages_far_away_and_nonsense_dates(browser, course):
    for query in ("", "?from=2030-03-04", "?from=nonsense", "?from=0001-01-01", "?from=9999-12-31"):
        assert browser.get(f"/courses/{course.id}/timetable{query}").status_code == 200


def test_another_instructors_course_is_not_there(browser, db, administrator):
    foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
    session = planned_sessions.add(db, foreign, datetime(2030, 3, 4, tzinfo=UTC), "")
    pages = (f"/courses/{foreign.id}/settings", f"/courses/{foreign.id}/timetable")
    pages += (f"/courses/{foreign.id}/sessions/new", f"/sessions/{session.id}/plan")
    for url in pages:
        assert browser.get(url).status_code == 404, url
    actions = (f"/courses/{foreign.id}/archive", f"/courses/{foreign.id}/restoration")
    actions += (f"/sessions/{session.id}/cancellation", f"/sessions/{session.id}/restoration")
    for url in actions:
        assert browser.post(url).status_code == 404, url


class TestEveryWeek:
    PATTERN = {
        "title": "Lecture",
        "weekdays": ["mo", "we"],
        "starts": "09:00",
        "minutes": "75",
        "first_day": "2030-03-04",
        "last_day": "2030-03-17",
    }

    def test_adding_changing_and_ending(self, browser, course):
        page = words(browser.follow(browser.post(f"/courses/{course.id}/patterns/new", self.PATTERN)))
        assert "4 sessions were planned." in page
        assert "Mon, Wed · 9:00 AM" in page
        week = words(browser.get(f"/courses/{course.id}/timetable?from=2030-03-04").text)
        assert week.count("Lecture opens by itself at 8:45 AM") == 4
        url = f"/courses/{course.id}/patterns/1"
        assert 'checked id="weekdays-0"' in browser.get(url).text
        page = browser.follow(browser.post(url, {**self.PATTERN, "weekdays": ["mo"]}))
        assert "2 sessions were removed." in page
        assert "2 sessions were removed." in browser.follow(browser.post(f"{url}/removal"))
        assert browser.get(url).status_code == 404

    def test_mistakes_are_explained(self, browser, course):
        form = {**self.PATTERN, "weekdays": [], "last_day": "2030-03-01"}
        answer = browser.post(f"/courses/{course.id}/patterns/new", form)
        assert answer.status_code == 422
        assert "Choose at least one day of the week." in answer.text
        answer = browser.post(f"/courses/{course.id}/patterns/new", {**form, "weekdays": ["mo"]})
        assert "The last day is not before the first" in answer.text

    def test_a_holiday_and_a_moved_day(self, browser, course):
        browser.post(f"/courses/{course.id}/patterns/new", self.PATTERN)
        url = f"/courses/{course.id}/exceptions"
        holiday = {"exception-first_day": "2030-03-06", "exception-note": "Election"}
        assert "1 session was removed." in browser.follow(browser.post(url, holiday))
        moved = {"exception-first_day": "2030-03-11", "exception-moved_to": "2030-03-16"}
        browser.post(url, moved)
        week = words(browser.get(f"/courses/{course.id}/timetable?from=2030-03-04").text)
        assert "Election · no weekly session" in week
        assert "Sat 16 9:00 AM" in week
        again = browser.post(url, holiday)
        assert again.status_code == 422
        assert "Another holiday or exception is on one of these days already." in again.text
        assert "1 session was planned." in browser.follow(browser.post(f"{url}/1/removal"))

    def test_another_instructors_is_not_there(self, browser, course, db, administrator):
        foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
        browser.post(f"/courses/{course.id}/patterns/new", self.PATTERN)
        assert browser.get(f"/courses/{foreign.id}/patterns/new").status_code == 404
        for url in ("patterns/1", "patterns/1/removal", "exceptions", "exceptions/1/removal"):
            assert browser.post(f"/courses/{foreign.id}/{url}").status_code == 404
