"""The export tab and its files."""

import pytest

from server.services import class_sessions, courses


@pytest.fixture
def session(db, course):
    courses.add_student(db, course, "1", "Ahn")
    return class_sessions.start(db, course, "Week 1")


def files(course, session):
    return [
        *(f"/courses/{course.id}/exports/attendance.{form}" for form in ("csv", "xlsx", "moodle", "canvas")),
        *(f"/sessions/{session.id}/attendance.{form}" for form in ("csv", "xlsx", "moodle", "canvas")),
        *(f"/courses/{course.id}/roster/export.{form}" for form in ("csv", "xlsx", "zip")),
    ]


def test_the_page_offers_files_that_are_there(browser, course, session):
    page = browser.get(f"/courses/{course.id}/exports").text
    for url in files(course, session):
        assert f'"{url}"' in page
        answer = browser.get(url)
        assert answer.status_code == 200, url
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="CS101')
    assert browser.get("/exports/attendance.xlsx").data.startswith(b"PK")


def test_days_narrow_it(browser, course, session):
    url = f"/courses/{course.id}/exports/attendance.csv"
    assert "Week 1" in browser.get(url).text
    answer = browser.get(f"{url}?from=2001-01-01&to=2001-12-31")
    assert "Week 1" not in answer.text
    assert "2001-01-01-2001-12-31.csv" in answer.headers["Content-Disposition"]
    assert browser.get(f"{url}?from=yesterday").status_code == 400


def test_another_instructors_course_is_not_there(browser, db, administrator):
    foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
    courses.add_student(db, foreign, "1", "Ahn")
    foreign_session = class_sessions.start(db, foreign)
    for url in (f"/courses/{foreign.id}/exports", *files(foreign, foreign_session)):
        assert browser.get(url).status_code == 404, url
