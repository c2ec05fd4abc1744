"""Gestures taught in the room: recorded, learnt, tried, downloaded; and nothing of the pictures is sent."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from server.services.gesture_archive import from_zip
from server.services.gesture_export import read_export
from tests.e2e.browsers import Browsers
from tests.e2e.gesture_film import MARKS, marked_film
from tests.e2e.instructor import Instructor
from tests.e2e.webcam import FRAMES_PER_PICTURE
from tests.running_server import RunningServer

NO_OTHER_HOST = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",)
PICTURES_A_SCENE = 10
SCENE_MS = PICTURES_A_SCENE * 1000 * FRAMES_PER_PICTURE // 30
"""Chromium plays 30 frames a second of a film that says nothing of its speed."""
ROUND_MS = SCENE_MS * len(MARKS)
PICTURES = 12
"""Of each gesture, as many as are needed; one is deleted."""
SHOWN = """() => {
    const video = document.querySelector('#teach-stage video');
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const context = canvas.getContext('2d');
    context.drawImage(video, 12, 12, 8, 8, 0, 0, 1, 1);
    const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((value) => value > 127);
    return red && green ? 'X' : red ? 'CAPTURE' : green ? 'O' : blue ? 'IDLE' : '';
}"""
"""Which gesture the film shows, by its mark."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With the demo class, whose session the kiosk opens."""
    running = RunningServer.start(tmp_path_factory.mktemp("teaching"))
    yield running
    assert running.stop() == 0


@pytest.mark.long
def test_a_gesture_model_is_taught_in_the_room(
    server: RunningServer, shared_data: Path, browsers: Browsers, tmp_path: Path
) -> None:
    film = marked_film(shared_data / "gestures", PICTURES_A_SCENE, tmp_path / "all.mjpeg")
    page = browsers.page(film=film, flags=NO_OTHER_HOST)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    instructor = Instructor(page, server.url)
    instructor.become_administrator(server.setup_path())
    instructor.make_this_browser_a_kiosk("Room 204")
    instructor.sign_in()

    before = page.request.get(f"{server.url}/kiosk-files.json").json()["files"]

    page.goto(f"{server.url}/gestures/teach")
    teach = page.locator("#teach")
    expect(teach).to_have_attribute("data-state", "recording", timeout=60_000)
    expect(page.locator("#teach-train")).to_be_disabled()
    _record_all(page)
    _delete_one(page)

    page.locator("#teach-train").click()
    expect(page.locator("#teach-progress")).to_be_visible()
    expect(teach).to_have_attribute("data-state", "taught", timeout=240_000)
    print(teach.get_attribute("data-backend"), page.locator("#teach-result").text_content())
    assert float(teach.get_attribute("data-held-out")) >= 0.9
    assert len(page.locator(".curve-held-out").get_attribute("points").split()) > 10

    for gesture in ("CAPTURE", "O", "X"):
        bar = page.locator(f'[data-bar="{gesture}"][data-counts="true"]')
        expect(bar).to_be_visible(timeout=3 * ROUND_MS)
        assert page.evaluate(SHOWN) == gesture

    page.locator("#teach-name").fill("Arms of room 204")
    with page.expect_download() as downloading:
        page.locator("#teach-download").click()
    export = tmp_path / "taught.zip"
    downloading.value.save_as(export)
    assert read_export(from_zip(export.read_bytes())).labels == ("CAPTURE", "O", "X", "IDLE")
    assert _posts(sent) == ["/setup", "/kiosks", "/sign-in"], "no picture was sent anywhere"
    page.locator("#teach-save").click()
    expect(page.locator("#teach-saved")).to_be_visible()
    page.goto(f"{server.url}/gestures")
    page.locator("#gesture-upload input[type=file]").set_input_files(export)
    expect(page.get_by_role("heading", level=1)).to_have_text("Arms of room 204")
    assert page.request.get(f"{server.url}/kiosk-files.json").json()["files"] != before
    assert {urlsplit(request.url).netloc for request in sent if request.url.startswith("http")} == {
        urlsplit(server.url).netloc
    }


def _record_all(page: Page) -> None:
    """Hold each button while the film shows its gesture, until each has pictures of two recordings."""
    another = f"(before) => !['', before].includes(({SHOWN})())"
    done = dict.fromkeys(MARKS, 0)
    shown = page.evaluate(SHOWN)
    for _ in range(8 * len(MARKS)):
        page.wait_for_function(another, arg=shown)
        shown = page.evaluate(SHOWN)
        if done[shown] < 2 or _count(page, shown) <= PICTURES:
            button = page.locator(f'[data-gesture="{shown}"] .teach-hold')
            button.hover()
            page.mouse.down()
            expect(page.locator("#teach")).to_have_attribute("data-recording", shown)
            page.wait_for_timeout(SCENE_MS // 2)
            page.mouse.up()
            done[shown] += 1
        if all(done[one] >= 2 and _count(page, one) > PICTURES for one in MARKS):
            return
    raise AssertionError(f"recorded {[(one, _count(page, one)) for one in MARKS]}")


def _delete_one(page: Page) -> None:
    thumbnails = page.locator('[data-gesture="IDLE"] .teach-thumbnail')
    before = thumbnails.count()
    thumbnails.first.click()
    expect(thumbnails).to_have_count(before - 1)


def _count(page: Page, gesture: str) -> int:
    return page.locator(f'[data-gesture="{gesture}"] .teach-thumbnail').count()


def _posts(sent: list[Request]) -> list[str]:
    """Where something was sent to, without what follows the first part of the path."""
    return ["/" + urlsplit(request.url).path.split("/")[1] for request in sent if request.method == "POST"]
