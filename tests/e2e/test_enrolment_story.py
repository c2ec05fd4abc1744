"""A student is photographed by the wizard, and the kiosk knows them right after the last photo."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from recognition.weights import YUNET
from recognition.yunet import YuNet
from tests.e2e.axe import violations
from tests.e2e.browsers import Browsers
from tests.e2e.head_film import HeadFilm
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import Person
from tests.running_server import RunningServer

PHONE = {"width": 390, "height": 844}
SECONDS_FOR_A_SHOT = 90.0
SECONDS_UNTIL_KNOWN = 5.0


@pytest.fixture(scope="module")
def server(all_browsers: Browsers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """An empty school with an administrator."""
    running = RunningServer.start(tmp_path_factory.mktemp("enrolment"), demo="false")
    try:
        Instructor(all_browsers.page(), running.url).become_administrator(running.setup_path())
        all_browsers.end_pages()
        yield running
    finally:
        assert running.stop() == 0


@pytest.fixture(scope="module")
def films(weights_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> HeadFilm:
    """Films of people who follow the wizard."""
    return HeadFilm(YuNet(weights_dir / YUNET), tmp_path_factory.mktemp("heads"))


def expect_taken(page: Page, shot: str) -> None:
    """Wait until the wizard has taken a shot by itself."""
    button = page.locator(f"[data-shot={shot}]")
    expect(button).to_have_attribute("data-taken", "true", timeout=SECONDS_FOR_A_SHOT * 1000)


@pytest.mark.long
def test_guided_photos_make_a_student_known_at_the_kiosk(
    server: RunningServer, browsers: Browsers, people: list[Person], films: HeadFilm
) -> None:
    student = people[2]
    film = films.of(student.folder / "enrol" / "03.jpg")
    page = browsers.page(film=film)
    instructor = Instructor(page, server.url)
    instructor.sign_in()
    course = instructor.create_course("BIO-101", "Biology 101")
    instructor.add_students(course, [(student.number, student.name)])
    session = instructor.start_session(course, "Cells")

    kiosk_page = browsers.page(film=film)
    at_kiosk = Instructor(kiosk_page, server.url)
    at_kiosk.sign_in()
    at_kiosk.make_this_browser_a_kiosk("Room 204")
    kiosk = KioskPage(kiosk_page).open(server.url, f"?session={session}")
    kiosk.expect_state("waiting")

    instructor.open_student(course, student.name)
    page.goto(page.url + "/shots")
    assert violations(page) == []
    page.locator("input[name=agreed]").check()
    page.locator("form:has(input[name=agreed]) button").click()
    expect_taken(page, "front")
    assert violations(page) == []
    expect_taken(page, "smile")
    expect(page.locator("#wizard")).to_have_attribute("data-current", "glasses")
    page.locator("[data-part=skip]").focus()
    page.keyboard.press("Enter")
    expect_taken(page, "down_left")
    expect_taken(page, "down_right")
    expect(page.locator("[data-part=done]")).to_be_visible()
    taken_at = time.monotonic()
    kiosk.check_in()
    assert time.monotonic() - taken_at < SECONDS_UNTIL_KNOWN
    kiosk.expect_name(student.name)
    assert violations(page) == []


def test_without_a_camera_photos_are_sent_instead(
    server: RunningServer, browsers: Browsers, people: list[Person]
) -> None:
    page = browsers.page(camera="refused", viewport=PHONE, color_scheme="dark")
    instructor = Instructor(page, server.url)
    instructor.sign_in()
    course = instructor.create_course("BIO-102", "Biology 102")
    instructor.add_students(course, [(people[4].number, people[4].name)])
    instructor.open_student(course, people[4].name)
    instructor.record_consent()
    page.get_by_role("link", name="Take them with the camera").click()
    expect(page.locator("[data-part=camera-fault]")).to_contain_text("may not use the camera")
    assert violations(page) == []
    page.locator("[data-part=upload] a").click()
    instructor.upload_photos(people[4].photos[:1])
    expect(page.locator("#recognised")).to_have_attribute("data-recognisable", "true")
