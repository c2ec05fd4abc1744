"""Roll-call: a picture of the room, looked over, confirmed; and the running picture with names in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e import axe
from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.school import Person
from tests.e2e.webcam import record
from tests.running_server import RunningServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With the demo class."""
    running = RunningServer.start(tmp_path_factory.mktemp("roll-call"))
    yield running
    assert running.stop() == 0


def room(people: list[Person], file: Path) -> Path:
    """A wide picture with a portrait of each, side by side."""
    wide = Image.new("RGB", (1280, 720), (150, 146, 140))
    for place, person in enumerate(people):
        portrait = min((person.folder / "probe").glob("*.jpg"))
        with Image.open(portrait) as picture:
            wide.paste(picture.convert("RGB").resize((280, 280)), (30 + 310 * place, 200))
    wide.save(file, quality=92)
    return file


@pytest.mark.long
def test_a_room_is_looked_over_and_recorded(
    server: RunningServer, browsers: Browsers, people: list[Person], tmp_path: Path
) -> None:
    late, there, absent, stranger = people[0], people[1], people[3], people[6]
    picture = room([late, there, stranger], tmp_path / "room.jpg")
    film = record([picture], tmp_path / "room.mjpeg", posing=True)
    page = browsers.page(film=film, viewport={"width": 1280, "height": 800})
    dashboard = Instructor(page, server.url)
    dashboard.become_administrator(server.setup_path())
    session = int(page.locator("a[href*='/sessions/']").first.get_attribute("href").split("/")[-1])
    page.goto(f"{server.url}/sessions/{session}")
    page.get_by_role("link", name="Roll-call").click()
    assert axe.violations(page) == []

    page.locator("#room-form input[type=file]").set_input_files(picture)
    page.get_by_role("button", name="See who is there").click()
    expect(page.locator("svg.room .box")).to_have_count(3)
    ticked = page.locator(".spot input[type=checkbox]")
    expect(ticked).to_have_count(3)
    assert axe.violations(page) == []
    page.locator("svg.room .box", has_text=late.name).locator("rect").click()
    wrong = page.locator(".spot", has_text=late.name).locator("input")
    expect(wrong).to_be_focused()
    page.keyboard.press("Space")
    expect(wrong).not_to_be_checked()
    page.get_by_role("button", name="Confirm and record").click()
    dashboard.expect_status(there.name, "present", 5)
    dashboard.expect_status(late.name, "waiting", 5)
    answer = page.request.get(f"{server.url}/api/v1/sessions/{session}/roster").json()
    methods = {one["student"]["name"]: one["method"] for one in answer["entries"]}
    assert methods[there.name] == "roll_call"
    assert methods[absent.name] is None

    page.goto(f"{server.url}/sessions/{session}/roll-call")
    page.get_by_role("button", name="Start the camera").click()
    live = page.locator("#live-room .box[role=button]")
    expect(live.filter(has_text=late.name)).to_be_visible(timeout=20_000)
    live.filter(has_text=late.name).focus()
    page.keyboard.press("Enter")
    page.locator("#live-student button").click()
    expect(page.locator("#live-student button")).to_be_disabled()
    assert axe.violations(page) == []
    page.get_by_role("button", name="Take the picture").click()
    expect(page.locator("svg.room .box").first).to_be_visible(timeout=20_000)
    assert dashboard.recorded(session)[late.name] == "present"
