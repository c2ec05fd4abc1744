"""Importing a calendar after a look at it, and the link to subscribe to."""

import io
import re

import pytest

from server.models import Course
from server.services import courses
from tests.server.pages.conftest import words
from tests.server.people import fresh
from tests.server.test_calendars import LECTURE, calendar


def upload(browser, course, content):
    data = {"calendar": (io.BytesIO(content), "timetable.ics")}
    return browser.post(f"/courses/{course.id}/calendar", data)


@pytest.fixture
def content():
    return calendar(LECTURE.replace("2030", "2027"), "UID:day\nDTSTART;VALUE=DATE:20270304\nSUMMARY:Holiday")


def test_a_look_then_the_import(browser, course, content):
    preview = upload(browser, course, content)
    page = words(preview.text)
    assert "To be planned" in page
    assert "Left out 1" in page
    assert "Holiday 2027-03-04 It lasts whole days." in page
    assert "No session." in browser.get(f"/courses/{course.id}/timetable?from=2027-03-15").text
    packed = re.search(r'name="content" value="([^"]+)"', preview.text)[1]
    done = browser.post(f"/courses/{course.id}/calendar/sessions", {"content": packed})
    assert "sessions were planned." in browser.follow(done)
    assert "Lecture" in browser.get(f"/courses/{course.id}/timetable?from=2027-03-15").text
    assert "There is nothing to plan." in upload(browser, course, content).text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"nonsense", "This cannot be read as a calendar"),
        (b"x" * (400 * 1024 + 1), "The calendar is too big"),
    ],
)
def test_a_file_that_is_no_calendar(browser, course, content, message):
    assert message in browser.follow(upload(browser, course, content))


def test_no_file_and_a_broken_confirmation(browser, course):
    assert "Choose a file." in browser.follow(browser.post(f"/courses/{course.id}/calendar"))
    for packed in ("", "%%%", "AAAA"):
        answer = browser.post(f"/courses/{course.id}/calendar/sessions", {"content": packed})
        assert answer.status_code == 400


def test_the_link_needs_no_account_and_ends(browser, visitor_browser, course, db):
    assert "/calendars/" in browser.follow(browser.post(f"/courses/{course.id}/calendar/link"))
    token = fresh(db).get(Course, course.id).calendar_token
    answer = visitor_browser.get(f"/calendars/{token}.ics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.data.startswith(b"BEGIN:VCALENDAR")
    browser.post(f"/courses/{course.id}/calendar/link/removal")
    assert visitor_browser.get(f"/calendars/{token}.ics").status_code == 404


def test_another_instructors_course_is_not_there(browser, db, administrator):
    foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
    for end in ("", "/sessions", "/link", "/link/removal"):
        assert browser.post(f"/courses/{foreign.id}/calendar{end}").status_code == 404
