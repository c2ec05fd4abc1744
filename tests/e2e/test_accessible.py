"""Every page and every state of the kiosk against WCAG 2.2 AA, by axe-core; and nothing that flashes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import Person
from tests.running_server import RunningServer

PORTRAIT_TABLET = {"width": 800, "height": 1280}
PHONE = {"width": 390, "height": 844}
FilmOf = Callable[..., Path]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With the demo class."""
    running = RunningServer.start(tmp_path_factory.mktemp("accessible"))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def cookies(server: RunningServer, all_browsers: Browsers) -> dict:
    """Of the instructor, who has a course of two students."""
    page = all_browsers.page()
    page.goto(server.url + server.setup_path())
    assert violations(page) == []
    instructor = Instructor(page, server.url)
    instructor.become_administrator(server.setup_path())
    course = instructor.create_course("BIO-101", "Biology 101")
    instructor.add_students(course, [("20260001", "남궁하늘별"), ("20260002", "이서연")])
    state = page.context.storage_state()
    all_browsers.end_pages()
    return state


@pytest.mark.long
def test_the_dashboard(server: RunningServer, browsers: Browsers, cookies: dict) -> None:
    found: dict[str, list[str]] = {}
    for scheme, size in (("light", None), ("dark", PHONE)):
        options = {"viewport": size} if size else {}
        page = browsers.page(storage_state=cookies, color_scheme=scheme, **options)
        page.goto(f"{server.url}/courses")
        course = page.get_by_role("link", name="Biology 101").first.get_attribute("href")
        page.goto(server.url + course)
        student = page.locator("#roster a").first.get_attribute("href")
        page.goto(server.url)
        session = page.locator("a[href*='/sessions/']").first.get_attribute("href")
        paths = ["/", "/courses", "/courses/new", "/kiosks", "/gestures", course, student, session]
        paths += [f"{student}/shots", f"{course}/photo-imports", f"{course}/recognition"]
        for path in [*paths, "/courses/999999"]:
            page.goto(server.url + path)
            found[f"{scheme} {path}"] = violations(page)
        page.goto(server.url + student)
        page.locator("form[action$='/passes/phone'] button").click()
        found[f"{scheme} student with a link"] = violations(page)
        link = page.locator("#phone-link").get_attribute("href")
        phone = browsers.page(viewport=PHONE, color_scheme=scheme)
        phone.goto(link)
        found[f"{scheme} take the phone"] = violations(phone)
        phone.locator(".my-code button").click()
        expect(phone.locator("#my-code img")).to_be_visible()
        found[f"{scheme} my code"] = violations(phone)
        page.goto(f"{server.url}{course}/cards")
        issue = page.locator("form[action$='/cards'] button")
        if issue.count():
            issue.click()
        found[f"{scheme} cards"] = violations(page)
    anonymous = browsers.page()
    anonymous.goto(f"{server.url}/sign-in")
    found["sign in"] = violations(anonymous)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("scheme", "size"),
    [
        ("light", None),
        pytest.param("dark", PORTRAIT_TABLET, marks=pytest.mark.long),
        pytest.param("light", PHONE, marks=pytest.mark.long),
    ],
)
def test_the_kiosk(
    server: RunningServer,
    browsers: Browsers,
    people: list[Person],
    film_of: FilmOf,
    scheme: str,
    size: dict | None,
) -> None:
    student = people[{"light": 4 if size else 3, "dark": 5}[scheme]]
    page = browsers.page(
        film=film_of(student.folder), color_scheme=scheme, **({"viewport": size} if size else {})
    )
    seen = Seen(page)
    recordings: list[str] = []
    page.on("request", lambda one: one.url.endswith(".wav") and recordings.append(one.url))
    kiosk = KioskPage(page).open(server.url)
    kiosk.expect_state("waiting")
    seen.look("waiting")
    page.locator("#tool-access").click()
    page.locator("input[name=contrast]").check()
    page.locator("input[name=captions]").check()
    seen.look("access dialog")
    page.keyboard.press("Escape")
    seen.look("waiting in high contrast")
    page.locator("#tool-access").click()
    page.locator("input[name=contrast]").uncheck()
    page.keyboard.press("Escape")
    page.locator("#other-ways").click()
    kiosk.expect_state("keypad")
    page.locator("#pin-number").fill("nobody")
    page.locator("#pin-code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.locator("#pin-problem")).not_to_be_empty()
    seen.look("keypad with an error")
    page.keyboard.press("Escape")
    kiosk.check_in()
    kiosk.expect_state("counting_down")
    seen.look("counting down")
    kiosk.expect_name(student.name)
    expect(page.locator("#caption")).to_contain_text(student.name)
    seen.look("is this you?")
    kiosk.answer("x")
    kiosk.expect_state("fallback", "not_me")
    seen.look("not me")
    kiosk.back()
    kiosk.check_in()
    kiosk.expect_name(student.name)
    kiosk.answer("o")
    kiosk.expect_state("done")
    seen.look("done")
    page.goto(f"{server.url}/kiosk?pair")
    kiosk.expect_state("trouble", "not_paired")
    page.locator("#pairing-code[data-code]").wait_for()
    seen.look("pairing")
    assert seen.wrong == {}
    voices = page.evaluate("speechSynthesis.getVoices().filter((one) => one.lang.startsWith('en')).length")
    spoken = [prompt for prompt in ("counting_down", "confirming", "done") if _among(prompt, recordings)]
    assert spoken == ([] if voices else ["counting_down", "confirming", "done"])


def _among(prompt: str, recordings: list[str]) -> bool:
    return any(f"say-{prompt}" in address for address in recordings)


def test_the_kiosk_without_a_camera(server: RunningServer, browsers: Browsers) -> None:
    page = browsers.page(camera="none")
    seen = Seen(page)
    kiosk = KioskPage(page).open(server.url)
    kiosk.expect_state("trouble", "camera_none")
    seen.look("no camera")
    page.locator("#use-demo").click()
    kiosk.expect_state("waiting")
    seen.look("demo camera")
    page.locator("#tool-camera").click()
    seen.look("camera dialog")
    assert seen.wrong == {}


class Seen:
    """What axe found, by where."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: dict[str, list[str]] = {}

    def look(self, place: str) -> None:
        """Ask it now; and nothing may be wider than the screen."""
        wrong = violations(self.page)
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            wrong.append("the page is wider than the screen")
        if wrong:
            self.wrong[place] = wrong
