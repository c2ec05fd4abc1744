"""Long lists come in pages, and can be searched."""

import re
from datetime import timedelta

import pytest

from server.models import ClassSession, Kiosk, SessionStatus, utc_now
from server.services import courses, gesture_models, list_pages, passes
from server.services.gesture_export import read_export
from server.views.pages import cards
from tests.server.gesture_exports import relabelled
from tests.server.pages.conftest import words


@pytest.fixture
def many(db, instructor):
    for number in range(list_pages.PAGE + 3):
        courses.create(db, instructor, f"C{number:03}", f"Lecture {number:03}", "Asia/Seoul", 10)


class TestCourses:
    def test_a_page_shows_so_many_and_leads_on(self, browser, many):
        first = browser.get("/courses").text
        assert "Lecture 049" in first
        assert "Lecture 050" not in first
        assert 'rel="next"' in first
        last = browser.get("/courses?page=2").text
        assert "Lecture 052" in last
        assert 'rel="next"' not in last

    @pytest.mark.parametrize("page", ["0", "-3", "x", "99"])
    def test_a_page_that_is_not_there_is_the_nearest(self, browser, many, page):
        assert "Lecture " in browser.get(f"/courses?page={page}").text

    def test_searching_looks_in_all_pages(self, browser, many):
        found = words(browser.get("/courses?q=lecture+052").text)
        assert "Lecture 052" in found
        assert "Lecture 051" not in found
        assert "No course is called so." in browser.get("/courses?q=%25").text

    def test_a_search_that_finds_nothing_can_be_undone(self, browser, course):
        assert "Show all courses" in browser.get("/courses?q=nothing").text


def test_kiosks_of_a_large_school(browser, db, instructor):
    db.add_all(
        Kiosk(name=f"Room {number:03}", token_hash=str(number), created_by=instructor.id)
        for number in range(list_pages.PAGE + 1)
    )
    db.commit()
    assert "Room 000" not in browser.get("/kiosks").text
    assert "Room 000" in browser.get("/kiosks?page=2").text


def test_a_gesture_model_for_one_of_many_kiosks(browser, db, instructor):
    db.add_all(
        Kiosk(name=f"Room {number:03}", token_hash=str(number), created_by=instructor.id)
        for number in range(list_pages.PAGE + 1)
    )
    model = gesture_models.keep(
        db,
        read_export(relabelled("CAPTURE", "O", "X", "IDLE")),
        name="Ours",
        origin="imported",
        account=instructor,
    )
    where = f"/gestures/models/{model.id}"
    assert "Room 000" not in browser.get(where).text
    assert "Room 000" in browser.get(f"{where}?page=2").text


class TestToday:
    @pytest.fixture
    def early_and_late(self, db, instructor):
        """As many sessions of this morning as fill a page, all over, and two to come."""
        now = utc_now()
        noon = f"Etc/GMT{now.hour - 12:+d}"  # Where it is about noon now, far from another day.
        for number in range(list_pages.PAGE + 2):
            course = courses.create(db, instructor, f"C{number:03}", f"Lecture {number:03}", noon, 10)
            over = number < list_pages.PAGE
            db.add(
                ClassSession(
                    course_id=course.id,
                    title="A",
                    late_after_minutes=10,
                    starts_at=now + timedelta(seconds=number - 100 if over else number),
                    status=SessionStatus.CLOSED if over else SessionStatus.SCHEDULED,
                )
            )
        db.commit()

    @pytest.mark.usefixtures("early_and_late")
    def test_it_begins_with_what_comes_next(self, browser):
        assert re.findall(r"<h2><a [^>]*>(Lecture \d+)", browser.get("/").text) == [
            "Lecture 050",
            "Lecture 051",
        ]
        before = browser.get("/?page=1").text
        assert before.count('class="session-card"') == list_pages.PAGE
        assert 'rel="next"' in before

    def test_courses_to_start_are_a_few_of_many(self, browser, many):
        page = browser.get("/").text
        assert "Lecture 029" in page
        assert "Lecture 030" not in page
        assert "All courses" in page


def test_cards_are_printed_some_at_a_time(browser, db, course, runtime, instructor, monkeypatch):
    monkeypatch.setattr(cards, "CARDS_ON_A_PAGE", 2)
    for number in range(3):
        student = courses.add_student(db, course, f"n{number}", f"Student {number}")
        passes.issue_card(db, runtime.vault, student, instructor)
    first, second = (browser.get(f"/courses/{course.id}/cards?page={page}").text for page in (1, 2))
    assert first.count('class="qr-card"') == 2
    assert second.count('class="qr-card"') == 1
    assert "Student 2" in second


def test_without_students_the_cards_page_leads_to_the_roster(browser, course):
    page = browser.get(f"/courses/{course.id}/cards").text
    assert "Cards are issued to students on the roster." in page
    assert f'href="/courses/{course.id}/roster"' in page
