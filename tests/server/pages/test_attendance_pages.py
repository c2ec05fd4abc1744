"""The pages about attendance over time."""

import pytest

from server.services import attendance, class_sessions, courses
from tests.server.pages.conftest import words


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(n), name) for n, name in enumerate(["Ahn", "Bae"])]


@pytest.fixture
def session(db, course, students, instructor):
    session = class_sessions.start(db, course, "Week 3")
    attendance.mark(db, session, students[0], "present", instructor)
    class_sessions.close(db, session)
    return session


def test_before_the_first_session(browser, course):
    assert "No session was held in this time." in browser.get(f"/courses/{course.id}/attendance").text


def test_the_sheet(browser, course, session):
    page = browser.get(f"/courses/{course.id}/attendance?sort=-rate&search=").text
    assert page.index("Ahn") < page.index("Bae")
    assert 'aria-sort="descending"' in page
    assert "Attendance rate 50%" in words(page).replace("50% Attendance rate", "Attendance rate 50%")
    browser.language = "ko"
    assert "출석률" in browser.get(f"/courses/{course.id}/attendance").text


@pytest.mark.parametrize("query", ["from=nonsense", "from=2026-05-01&until=2026-04-01"])
def test_a_wrong_period_is_told(browser, course, session, query):
    page = browser.get(f"/courses/{course.id}/attendance?{query}").text
    assert "everything is shown" in page
    assert "Week 3" in page


def test_a_period_leaves_the_rest_out(browser, course, session):
    page = browser.get(f"/courses/{course.id}/attendance?from=2001-01-01&until=2001-12-31").text
    assert "No session was held in this time." in page


@pytest.mark.parametrize(
    "query", ["page=0", "page=-4", "page=x", "sessions=99", "sort=;--", "page=999999999999"]
)
def test_strange_addresses_do_no_harm(browser, course, session, query):
    assert browser.get(f"/courses/{course.id}/attendance?{query}").status_code == 200


def test_one_students_calendar(browser, course, session, students):
    page = browser.get(f"/courses/{course.id}/attendance/students/{students[1].id}").text
    assert page.count('class="bar-absent"') == 1
    assert "Week 3" in page
    assert browser.get(f"/courses/{course.id}/attendance/students/999").status_code == 404


def test_somebody_elses_course_is_not_there(browser, db, administrator):
    other = courses.create(db, administrator, "X", "Other", "UTC", 5)
    assert browser.get(f"/courses/{other.id}/attendance").status_code == 404
