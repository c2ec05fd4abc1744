"""The page of one entry."""

import pytest

from server.services import attendance, attendance_log, class_sessions, courses
from tests.server.pages.conftest import words


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "1", "Ahn")


@pytest.fixture
def session(db, course, student):
    return class_sessions.start(db, course, "Week 3")


@pytest.fixture
def address(session, student):
    return f"/sessions/{session.id}/students/{student.id}"


def test_an_excuse_has_a_reason_and_a_history(browser, address):
    page = words(
        browser.follow(browser.post(f"{address}/changes", {"status": "excused", "reason": "a cold"}))
    )
    assert "a cold" in page
    assert "Waiting Excused Kim · By hand" in page
    browser.language = "ko"
    assert "Kim · 직접 기록" in words(browser.get(address).text)


def test_it_can_be_undone_from_the_page(browser, address, db, session, student, instructor):
    attendance.mark(db, session, student, "present", instructor)
    page = browser.get(address).text
    assert page.count("/undo") == 1
    change = attendance_log.history(db, session.id, student.id)[0]
    page = words(browser.follow(browser.post(f"{address}/changes/{change.id}/undo")))
    assert "The change is undone." in page
    page = words(browser.follow(browser.post(f"{address}/changes/{change.id}/undo")))
    assert "the newest change has to be undone first" in page
    assert browser.post(f"{address}/changes/999/undo").status_code == 404


def test_nonsense_is_refused_at_its_field(browser, address):
    answer = browser.post(f"{address}/changes", {"status": "asleep"})
    assert answer.status_code == 422
    answer = browser.post(f"{address}/changes", {"status": "excused", "reason": "a" * 501})
    assert answer.status_code == 422
    assert "At most 500 characters." in answer.text


def test_another_courses_students_and_sessions_are_not_there(browser, db, session, administrator, auth):
    other = courses.create(db, administrator, "X", "Other", "UTC", 5)
    stranger = courses.add_student(db, other, "99", "Stranger")
    theirs = class_sessions.start(db, other)
    for address in (
        f"/sessions/{session.id}/students/{stranger.id}",
        f"/sessions/{theirs.id}/students/{stranger.id}",
    ):
        assert browser.get(address).status_code == 404
        assert browser.post(f"{address}/changes", {"status": "late"}).status_code == 404
