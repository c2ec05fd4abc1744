"""Courses and starting a session."""

import pytest

from server.services import class_sessions, courses
from tests.server.people import fresh


class TestNewCourse:
    FORM = {"code": "CS210", "name": "자료구조", "time_zone": "Asia/Seoul", "late_after_minutes": "5"}

    def test_making_one(self, browser, db, instructor):
        page = browser.follow(browser.post("/courses/new", self.FORM))
        assert "자료구조" in page
        (course,) = courses.list_for(fresh(db), instructor)
        assert (course.code, course.late_after_minutes) == ("CS210", 5)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"code": ""}, "Please fill this in."),
            ({"code": "c" * 33}, "At most 32 characters."),
            ({"late_after_minutes": "-1"}, "Between 0 and 1440 minutes."),
            ({"time_zone": "Mars/Base"}, "Not a valid choice."),
        ],
    )
    def test_a_mistake_is_explained_at_its_field(self, browser, change, message):
        answer = browser.post("/courses/new", {**self.FORM, **change})
        assert answer.status_code == 422
        assert message in answer.text
        assert 'aria-invalid="true"' in answer.text


class TestRoster:
    def test_adding_a_student_leads_to_their_page(self, browser, course):
        form = {"student-number": "2026001", "student-name": "김민준"}
        page = browser.follow(browser.post(f"/courses/{course.id}/students", form))
        assert "김민준 is on the roster." in page
        again = browser.post(f"/courses/{course.id}/students", form)
        assert again.status_code == 422
        assert "The student is enrolled already." in again.text

    def test_taking_somebody_off(self, browser, course, db):
        student = courses.add_student(db, course, "1", "Ahn")
        page = browser.follow(browser.post(f"/courses/{course.id}/students/{student.id}/drop"))
        assert "Ahn is no longer on the roster." in page
        assert "Nobody is on the roster yet." in page

    def test_names_are_text_and_no_markup(self, browser, course, db):
        courses.add_student(db, course, "1", "<b>Ahn</b> & Co")
        for page in (f"/courses/{course.id}", f"/courses/{course.id}/roster"):
            assert "&lt;b&gt;Ahn&lt;/b&gt; &amp; Co" in browser.get(page).text


class TestStartingASession:
    def test_it_is_open_at_once(self, browser, course, db):
        page = browser.follow(browser.post(f"/courses/{course.id}/sessions", {"start-title": "Week 3"}))
        assert "Week 3" in page
        assert class_sessions.count_open(fresh(db)) == 1

    def test_today_starts_one_without_a_title(self, browser, course):
        assert "Start now" in browser.get("/").text
        browser.post(f"/courses/{course.id}/sessions")
        page = browser.get("/").text
        assert "Live roster" in page
        assert "Start now" not in page

    def test_a_second_one_is_refused_with_a_word(self, browser, course, db):
        class_sessions.start(db, course)
        page = browser.follow(browser.post(f"/courses/{course.id}/sessions"))
        assert "This course has an open session already." in page


def test_another_instructors_course_is_not_there(browser, db, administrator):
    foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
    student = courses.add_student(db, foreign, "1", "Ahn")
    session = class_sessions.start(db, foreign)
    for url in (
        f"/courses/{foreign.id}",
        f"/courses/{foreign.id}/roster",
        f"/courses/{foreign.id}/roster/lists/1",
        f"/courses/{foreign.id}/students/{student.id}",
        f"/courses/{foreign.id}/students/{student.id}/photos/1.jpg",
        f"/sessions/{session.id}",
        f"/sessions/{session.id}/attendance.csv",
    ):
        assert browser.get(url).status_code == 404
    for url in (
        f"/courses/{foreign.id}/sessions",
        f"/courses/{foreign.id}/students",
        f"/courses/{foreign.id}/roster",
        f"/courses/{foreign.id}/roster/selection",
        f"/courses/{foreign.id}/roster/lists/1/columns",
        f"/courses/{foreign.id}/roster/lists/1/confirmation",
        f"/courses/{foreign.id}/roster/lists/1/removal",
        f"/courses/{foreign.id}/students/{student.id}/drop",
        f"/courses/{foreign.id}/students/{student.id}/return",
        f"/courses/{foreign.id}/students/{student.id}/consent",
        f"/courses/{foreign.id}/students/{student.id}/consent/withdrawal",
        f"/courses/{foreign.id}/students/{student.id}/photos",
        f"/courses/{foreign.id}/students/{student.id}/photos/1/removal",
        f"/sessions/{session.id}/students/{student.id}",
        f"/sessions/{session.id}/opening",
        f"/sessions/{session.id}/close",
    ):
        assert browser.post(url).status_code == 404, url
