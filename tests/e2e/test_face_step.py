"""An instructor sets the camera up as a second factor, and signs in with it; a photograph does not."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from recognition.weights import YUNET
from recognition.yunet import YuNet
from tests.e2e.axe import violations
from tests.e2e.browsers import Browsers
from tests.e2e.head_film import HeadFilm
from tests.e2e.instructor import EMAIL, PASSWORD, Instructor
from tests.e2e.live_film import LiveFilm
from tests.e2e.school import Person
from tests.e2e.turning_film import Turning
from tests.running_server import RunningServer

pytestmark = pytest.mark.long

PHONE = {"width": 390, "height": 844}
SECONDS_FOR_A_SHOT = 30.0
SECONDS_FOR_A_TRY = 20.0
"""The burst, the time to turn, and the server's look at both."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """An empty school."""
    running = RunningServer.start(tmp_path_factory.mktemp("face-step"), demo="false")
    yield running
    assert running.stop() == 0


def test_the_camera_stands_in_for_the_code(
    server: RunningServer,
    browsers: Browsers,
    people: list[Person],
    weights_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    detector, person = YuNet(weights_dir / YUNET), people[2]
    folder = tmp_path_factory.mktemp("films")
    head = LiveFilm.of(HeadFilm(detector, folder).scenes(person.photos[2]), folder / "head.y4m")
    page = browsers.page(film=head.path)
    Instructor(page, server.url).become_administrator(server.setup_path())
    totp = _set_up_an_app(page, server.url)
    wrong = {"consent": _agree(page)}
    for shot in ("front", "smile"):
        _expect_taken(page, shot)
    page.locator("[data-part=skip]").click()
    for shot in ("down_left", "down_right"):
        head.show(shot)
        _expect_taken(page, shot)
    expect(page.locator("[data-part=done]")).to_contain_text("the camera can stand in for the code")
    wrong["wizard"] = violations(page)

    picture = sorted((person.folder / "probe").glob("*.jpg"))[0]
    before = LiveFilm.of(Turning(detector, folder).scenes(picture), folder / "before.y4m")
    photograph = browsers.page(film=before.path)
    _show_the_password(photograph, server.url)
    photograph.get_by_role("link", name="Use the camera").click()
    photograph.locator("[data-part=start]").click()
    _expect_told(photograph, "Please turn your head further", "4 tries are left")
    wrong["refused"] = violations(photograph)
    photograph.goto(f"{server.url}/courses")
    expect(photograph).to_have_url(f"{server.url}/sign-in?next=/courses")

    owner = browsers.page(film=before.path, viewport=PHONE, color_scheme="dark", locale="ko-KR")
    _show_the_password(owner, server.url)
    wrong["second step"] = violations(owner)
    owner.locator("a[href*='/sign-in/face']").click()
    owner.locator("[data-part=start]").click()
    before.show(_other_side(_asked(owner)))
    _expect_told(owner, "반대쪽")
    before.show("ahead")
    owner.locator("[data-part=start]").click()
    before.show(_asked(owner))
    expect(owner).to_have_url(f"{server.url}/", timeout=SECONDS_FOR_A_TRY * 1000)
    assert {place: found for place, found in wrong.items() if found} == {}
    assert totp.secret not in server.log.read_text()


def _set_up_an_app(page: Page, root: str) -> pyotp.TOTP:
    page.goto(f"{root}/account/second-factors")
    page.locator("form[action$='/account/codes'] button").click()
    page.locator("details:has(#totp-secret) summary").click()
    totp = pyotp.TOTP(page.locator("#totp-secret").inner_text().replace(" ", ""))
    page.locator("input[name=code]").fill(totp.at(time.time() - 30))
    page.locator("form:has(input[name=code]) button").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    return totp


def _agree(page: Page) -> list[str]:
    page.get_by_role("link", name="Set up the camera").click()
    found = violations(page)
    page.locator("input[name=agreed]").check()
    page.locator("form:has(input[name=agreed]) button").click()
    return found


def _expect_taken(page: Page, shot: str) -> None:
    button = page.locator(f"[data-shot={shot}]")
    expect(button).to_have_attribute("data-taken", "true", timeout=SECONDS_FOR_A_SHOT * 1000)


def _show_the_password(page: Page, root: str) -> None:
    page.goto(f"{root}/sign-in")
    page.locator("input[name=email]").fill(EMAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").click()
    expect(page).to_have_url(f"{root}/sign-in/second?next=/")


def _asked(page: Page) -> str:
    """The side to turn to, as soon as the page shows it: "left" or "right"."""
    page.wait_for_selector("[data-part=arrow][data-towards='left'], [data-part=arrow][data-towards='right']")
    return page.locator("[data-part=arrow]").get_attribute("data-towards") or ""


def _other_side(side: str) -> str:
    return {"left": "right", "right": "left"}[side]


def _expect_told(page: Page, *words: str) -> None:
    refusal = page.locator("[data-part=refusal]")
    for word in words:
        expect(refusal).to_contain_text(word, timeout=SECONDS_FOR_A_TRY * 1000)
