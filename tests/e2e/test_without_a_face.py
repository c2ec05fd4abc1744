"""Equal ways in: a QR card before the camera, number and PIN at the keypad, no hand but the keyboard's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import Person
from tests.e2e.webcam import record
from tests.running_server import RunningServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With the demo class."""
    running = RunningServer.start(tmp_path_factory.mktemp("without"))
    yield running
    assert running.stop() == 0


def film_of_card(card: Path, folder: Path) -> Path:
    """A printed card, held a little aslant before a grey wall."""
    wall = (118, 122, 120)
    scene = Image.new("RGB", (800, 600), wall)
    printed = Image.open(card).convert("RGB").resize((480, 303), Image.Resampling.LANCZOS)
    scene.paste(printed.rotate(6, expand=True, fillcolor=wall), (150, 110))
    scene.save(folder / "scene.png")
    return record([folder / "scene.png"], folder / "card.mjpeg")


def test_a_card_and_a_pin_give_the_same_record_as_a_face(
    server: RunningServer, browsers: Browsers, people: list[Person], tmp_path: Path
) -> None:
    with_card, with_pin = people[2], people[5]
    page = browsers.page()
    dashboard = Instructor(page, server.url)
    dashboard.become_administrator(server.setup_path())
    session = int(page.locator("a[href*='/sessions/']").first.get_attribute("href").split("/")[-1])
    page.goto(f"{server.url}/courses")
    page.locator("main a[href*='/courses/']:not([href$=new])").first.click()
    course = int(page.url.rsplit("/", 1)[1])

    dashboard.open_student(course, with_pin.name)
    page.locator("form[action$='/pin'] button").click()
    pin = page.locator("#new-pin").inner_text()
    dashboard.open_student(course, with_card.name)
    page.locator("form[action$='/passes/card'] button").click()
    card = tmp_path / "card.png"
    page.locator(".qr-card").screenshot(path=card)
    number = dashboard.page.request.get(f"{server.url}/api/v1/sessions/{session}/roster").json()
    numbers = {one["student"]["name"]: one["student"]["number"] for one in number["entries"]}

    shown = KioskPage(browsers.page(film=film_of_card(card, tmp_path))).open(server.url)
    shown.expect_state("done", "present")
    expect(shown.page.locator("#title")).to_contain_text(with_card.name)

    typed = KioskPage(browsers.page(camera="none")).open(server.url)
    typed.expect_state("trouble", "camera_none")
    typed.page.locator("#other-ways").click()
    typed.expect_state("keypad")
    typed.page.keyboard.press("Tab")
    typed.page.keyboard.type(numbers[with_pin.name])
    typed.page.keyboard.press("Tab")
    typed.page.keyboard.type("999999" if pin != "999999" else "000000")
    typed.page.keyboard.press("Enter")
    expect(typed.page.locator("#pin-problem")).not_to_be_empty()
    typed.page.locator("#pin-number").fill(numbers[with_pin.name])
    typed.page.locator("#pin-code").focus()
    for digit in pin:
        typed.page.locator(".key", has_text=digit).first.click()
    typed.page.locator("#pin-send").click()
    typed.expect_state("done", "present")
    expect(typed.page.locator("#title")).to_contain_text(with_pin.name)

    answer = dashboard.page.request.get(f"{server.url}/api/v1/sessions/{session}/roster").json()
    methods = {one["student"]["name"]: (one["status"], one["method"]) for one in answer["entries"]}
    assert methods[with_card.name] == ("present", "card")
    assert methods[with_pin.name] == ("present", "pin")
