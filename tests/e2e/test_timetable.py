"""Set up a course for Monday: rules, weekly sessions, a holiday, a calendar; then it runs by itself."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.running_server import RunningServer

SEOUL = ZoneInfo("Asia/Seoul")
SECONDS_TO_OPEN = 15.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """An empty school."""
    running = RunningServer.start(tmp_path_factory.mktemp("timetable"), demo="false")
    yield running
    assert running.stop() == 0


def fill(page: Page, **values: str) -> None:
    """Fill in fields by name."""
    for name, value in values.items():
        page.locator(f"[name='{name.replace('__', '-')}']").fill(value)


def save(page: Page, field: str) -> None:
    """Send the form that a field is in."""
    page.locator(f"form:has([name='{field}']) button:not([type=button])").click()


@pytest.mark.long
def test_set_up_a_course_for_monday(server: RunningServer, browsers: Browsers, tmp_path: Path) -> None:
    page = browsers.page()
    instructor = Instructor(page, server.url)
    instructor.become_administrator(server.setup_path())
    course = instructor.create_course("CS101", "Seeing machines")
    instructor.add_students(course, [("20260001", "Ahn"), ("20260002", "Bae")])
    today = datetime.now(SEOUL).date()
    monday = today + timedelta(days=7 - today.weekday())

    the_rules(page, server, course, today)
    the_week(page, server, course, monday)
    the_exam(page, server, course, monday, tmp_path)
    the_calendar(page, server, course)
    it_opens_by_itself(page, browsers, server, instructor, course)


def the_rules(page: Page, server: RunningServer, course: int, today: date) -> None:
    page.goto(f"{server.url}/courses/{course}")
    page.get_by_role("link", name="Settings").click()
    fill(page, late_after_minutes="5", absent_after_minutes="30", opens_before_minutes="20", minutes="75")
    fill(page, term_name="This term", term_first_day=today.isoformat())
    fill(page, term_last_day=(today + timedelta(days=100)).isoformat(), minimum_stay_minutes="60")
    page.locator("[name=check_out]").check()
    save(page, "check_out")
    expect(page.locator(".notice")).to_contain_text("Saved.")
    assert violations(page) == []


def the_week(page: Page, server: RunningServer, course: int, monday: date) -> None:
    page.get_by_role("link", name="Timetable").click()
    page.get_by_role("link", name="Add weekly sessions").click()
    assert violations(page) == []
    page.get_by_label("Mon").check()
    page.get_by_label("Wed").check()
    fill(page, starts="09:00", title="Lecture")
    save(page, "starts")
    expect(page.locator(".notices")).to_contain_text("sessions were planned.")
    page.get_by_text("Skip or move days").click()
    fill(page, exception__note="Foundation day", exception__first_day=(monday + timedelta(7)).isoformat())
    save(page, "exception-note")
    expect(page.locator(".notices")).to_contain_text("1 session was removed.")
    page.goto(f"{server.url}/courses/{course}/timetable?from={monday}")
    week = page.locator(".week").first
    expect(week.locator(".planned")).to_have_count(2)
    expect(week).to_contain_text("opens by itself at 8:40 AM")
    expect(page.locator(".week").nth(1)).to_contain_text("Foundation day · no weekly session")
    assert violations(page) == []


def the_exam(page: Page, server: RunningServer, course: int, monday: date, folder: Path) -> None:
    friday = monday + timedelta(days=4)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//A school//EN"]
    lines += ["BEGIN:VEVENT", "UID:exam", "DTSTAMP:20260101T000000Z", f"DTSTART:{friday:%Y%m%d}T140000"]
    lines += ["DURATION:PT2H", "SUMMARY:Exam", "END:VEVENT"]
    lines += ["BEGIN:VEVENT", "UID:trip", "DTSTAMP:20260101T000000Z", f"DTSTART;VALUE=DATE:{friday:%Y%m%d}"]
    lines += ["SUMMARY:Excursion", "END:VEVENT", "END:VCALENDAR", ""]
    file = folder / "exam.ics"
    file.write_text("\r\n".join(lines), newline="")
    page.get_by_text("Import a calendar").click()
    page.locator("#calendar-file").set_input_files(file)
    save(page, "calendar")
    expect(page.get_by_role("row", name="Exam")).to_be_visible()
    expect(page.get_by_role("row", name="Excursion")).to_contain_text("It lasts whole days.")
    assert violations(page) == []
    save(page, "content")
    page.goto(f"{server.url}/courses/{course}/timetable?from={monday}")
    exam = page.locator(".planned", has_text="Exam")
    expect(exam).to_contain_text("2:00 PM – 4:00 PM")
    exam.get_by_role("link", name="Edit").click()
    fill(page, at="15:00")
    assert violations(page) == []
    save(page, "at")
    expect(page.locator(".planned", has_text="Exam")).to_contain_text("3:00 PM – 5:00 PM")


def the_calendar(page: Page, server: RunningServer, course: int) -> None:
    page.goto(f"{server.url}/courses/{course}/timetable")
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("#calendar .address").inner_text()
    answer = page.request.get(address)
    assert answer.headers["content-type"].startswith("text/calendar")
    titles = [str(event["SUMMARY"]) for event in Calendar.from_ical(answer.text()).walk("VEVENT")]
    assert titles.count("Exam") == 1
    assert titles.count("Lecture") > 20


def it_opens_by_itself(
    page: Page, browsers: Browsers, server: RunningServer, instructor: Instructor, course: int
) -> None:
    instructor.open_student(course, "Ahn")
    page.locator("form[action$='/pin'] button").click()
    pin = page.locator("#new-pin").inner_text()
    soon = datetime.now(SEOUL) + timedelta(minutes=2)
    page.goto(f"{server.url}/courses/{course}/sessions/new")
    fill(page, title="Today's", day=soon.date().isoformat(), at=f"{soon:%H:%M}")
    save(page, "at")
    page.goto(server.url)
    for _ in range(int(SECONDS_TO_OPEN)):
        if page.locator(".status-open").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator(".session-card", has_text="Today's")).to_contain_text("Open")

    kiosk = browsers.page(camera="none")
    at_the_door = Instructor(kiosk, server.url)
    at_the_door.sign_in()
    at_the_door.make_this_browser_a_kiosk("Room 204")
    at_kiosk = KioskPage(kiosk).open(server.url)
    for outcome in ("present", "staying"):
        at_kiosk.expect_state("trouble", "camera_none")
        kiosk.locator("#other-ways").click()
        kiosk.locator("#pin-number").fill("20260001")
        kiosk.locator("#pin-code").fill(pin)
        kiosk.locator("#pin-send").click()
        at_kiosk.expect_state("done", outcome)
        expect(kiosk.locator(".panel, main").first).to_contain_text("Please check out here when you leave.")
        kiosk.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".session-card", has_text="Today's").locator(".ring")).to_contain_text("1")
