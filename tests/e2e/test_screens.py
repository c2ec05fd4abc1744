"""Every page in both languages, kept in docs/screens: for the README, and to look at after a change."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsers import KIOSK_SIZE, Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import Person
from tests.e2e.screen_keeper import ScreenKeeper
from tests.e2e.turning_film import ask_for
from tests.running_server import RunningServer

pytestmark = pytest.mark.screens

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1440, "height": 900}
LOCALES = {"ko": "ko-KR", "en": "en-GB"}
STAGE = ".stage"
"""Where the kiosk shows the camera's picture, and draws on it what it sees of the arms."""

FilmOf = Callable[..., Path]


@pytest.fixture(scope="module")
def keeper(repository: Path) -> ScreenKeeper:
    """Keeps them where the README finds them."""
    return ScreenKeeper(repository / "docs" / "screens")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With the demo class and nobody else in it."""
    running = RunningServer.start(tmp_path_factory.mktemp("screens"), liveness="required")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def cookies(
    server: RunningServer, all_browsers: Browsers, keeper: ScreenKeeper, people: list[Person]
) -> dict:
    """Of the instructor, who has a course with a few students by now. Takes the pages of the way there."""
    for language, locale in LOCALES.items():
        page = all_browsers.page(locale=locale, viewport=LAPTOP)
        page.goto(server.url + server.setup_path())
        keeper.keep(page, "set-up", language)
        page.goto(server.url + "/sign-in")
        keeper.keep(page, "sign-in", language)
    page = all_browsers.page(viewport=LAPTOP)
    instructor = Instructor(page, server.url)
    instructor.become_administrator(server.setup_path())
    course = instructor.create_course("BIO-101", "Biology 101")
    instructor.add_students(course, [(one.number, one.name) for one in people[:4]])
    for person in people[:2]:
        instructor.open_student(course, person.name)
        instructor.record_consent()
        instructor.upload_photos(person.photos)
    state = page.context.storage_state()
    all_browsers.end_pages()
    return state


@pytest.fixture(scope="module")
def visits(server: RunningServer, all_browsers: Browsers, people: list[Person]) -> None:
    """Some of the demo class have checked in."""
    kiosk = KioskPage(all_browsers.page(camera="none")).open(server.url)
    kiosk.page.locator("#use-demo").click()
    for person in (people[4], *people[6:9]):
        kiosk.place_before_demo_camera(person.name)
        kiosk.check_in()
        kiosk.expect_name(person.name)
        kiosk.answer("o")
        kiosk.expect_state("done")
        kiosk.back()
    all_browsers.end_pages()


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.usefixtures("visits")
def test_the_dashboard(
    server: RunningServer,
    browsers: Browsers,
    keeper: ScreenKeeper,
    cookies: dict,
    people: list[Person],
    film_of: FilmOf,
    language: str,
) -> None:
    page = browsers.page(storage_state=cookies, locale=LOCALES[language], viewport=LAPTOP)
    phone = browsers.page(storage_state=cookies, locale=LOCALES[language], viewport=PHONE)

    def keep(name: str, path: str, *, on_a_phone: bool = False, whole: bool = True) -> None:
        page.goto(server.url + path)
        keeper.keep(page, name, language, whole=whole)
        if on_a_phone:
            phone.goto(server.url + path)
            keeper.keep(phone, f"{name}-phone", language)

    keep("today", "/", on_a_phone=True, whole=False)
    live = page.locator("a[href*='/sessions/']").first.get_attribute("href")
    keep("live-roster", live, on_a_phone=True, whole=False)
    keep("kiosks", "/kiosks")
    keep("gestures", "/gestures")
    keep("courses", "/courses")
    keep("new-course", "/courses/new")
    page.goto(server.url + "/courses")
    course = page.get_by_role("link", name="Biology 101").first.get_attribute("href")
    keep("course", course, on_a_phone=True)
    students = page.locator("#roster a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    keep("student", students[0], on_a_phone=True)
    keep("student-without-consent", students[-1])
    keep("course-settings", f"{course}/settings")
    page.goto(f"{server.url}{course}/cards")
    if page.locator("form[action$='/cards'] button").count():
        page.locator("form[action$='/cards'] button").click()
    keep("qr-cards", f"{course}/cards")
    page.goto(server.url + students[0])
    page.locator("form[action$='/passes/phone'] button").click()
    student_phone = browsers.page(locale=LOCALES[language], viewport=PHONE)
    student_phone.goto(page.locator("#phone-link").get_attribute("href"))
    student_phone.locator(".my-code button").click()
    expect(student_phone.locator("#my-code img")).to_be_visible()
    keeper.keep(student_phone, "my-code", language, moving=".my-code .qr")
    keep("not-found", "/courses/999999")
    camera = browsers.page(
        film=film_of(people[5].folder, posing=True),
        storage_state=cookies,
        locale=LOCALES[language],
        viewport=LAPTOP,
    )
    camera.goto(f"{server.url}/gestures/teach")
    expect(camera.locator("#teach")).to_have_attribute("data-state", "recording", timeout=60_000)
    keeper.keep(camera, "teach-gestures", language, moving="#teach-stage", whole=True)


@pytest.mark.parametrize("language", LOCALES)
def test_the_kiosk(
    server: RunningServer,
    browsers: Browsers,
    keeper: ScreenKeeper,
    people: list[Person],
    film_of: FilmOf,
    language: str,
) -> None:
    student = people[0 if language == "ko" else 1]
    for size, suffix in ((KIOSK_SIZE, ""), (PHONE, "-phone")):
        page = browsers.page(
            film=film_of(student.folder, posing=True), locale=LOCALES[language], viewport=size
        )
        kiosk = KioskPage(page).open(server.url)
        kiosk.expect_state("waiting")
        expect(page.locator("#kiosk")).to_have_attribute("data-gestures", "ready", timeout=60_000)
        _settle(page)
        keeper.keep(page, f"kiosk-waiting{suffix}", language, moving=STAGE)
        page.locator("#other-ways").click()
        kiosk.expect_state("keypad")
        _settle(page)
        keeper.keep(page, f"kiosk-keypad{suffix}", language, moving=STAGE)
        page.keyboard.press("Escape")
        kiosk.check_in()
        kiosk.expect_state("counting_down")
        keeper.keep(page, f"kiosk-countdown{suffix}", language, moving=STAGE)
        if suffix:
            kiosk.expect_state("done", "already")
            keeper.keep(page, f"kiosk-already{suffix}", language)
            continue
        kiosk.expect_name(student.name)
        _settle(page)
        keeper.keep(page, "kiosk-is-this-you", language)
        kiosk.answer("o")
        kiosk.expect_state("done", "present")
        _settle(page)
        keeper.keep(page, "kiosk-welcome", language)
        kiosk.back()
        kiosk.check_in()
        kiosk.expect_state("done", "already")
        _settle(page)
        keeper.keep(page, "kiosk-already", language)


@pytest.mark.parametrize("language", LOCALES)
def test_the_kiosk_in_trouble(
    server: RunningServer, browsers: Browsers, keeper: ScreenKeeper, people: list[Person], language: str
) -> None:
    for camera in ("refused", "none"):
        page = browsers.page(camera=camera, locale=LOCALES[language])
        kiosk = KioskPage(page).open(server.url)
        kiosk.expect_state("trouble", f"camera_{camera}")
        _settle(page)
        keeper.keep(page, f"kiosk-camera-{camera}", language)
    kiosk.open(server.url, "?pair")
    kiosk.expect_state("trouble", "not_paired")
    page.locator("#pairing-code[data-code]").wait_for()
    _settle(page)
    keeper.keep(page, "kiosk-pairing", language, moving="#pairing-code")
    kiosk.open(server.url)
    kiosk.expect_state("trouble", "camera_none")
    page.locator("#use-demo").click()
    kiosk.expect_state("waiting")
    kiosk.place_before_demo_camera(people[0].name)
    expect(page.locator("#people img").last).to_be_visible()
    _settle(page)
    keeper.keep(page, "kiosk-demo-camera", language)


def test_the_kiosk_of_a_class(
    server: RunningServer,
    browsers: Browsers,
    keeper: ScreenKeeper,
    cookies: dict,
    people: list[Person],
    film_of: FilmOf,
) -> None:
    page = browsers.page(film=film_of(people[5].folder, posing=True), storage_state=cookies)
    instructor = Instructor(page, server.url)
    page.goto(server.url + "/courses")
    page.get_by_role("link", name="Biology 101").first.click()
    session = instructor.start_session(int(page.url.rsplit("/", 1)[1]), "Cells")
    instructor.make_this_browser_a_kiosk("Room 204")
    ask_for(page, "turn_left")
    kiosk = KioskPage(page)
    for language in LOCALES:
        kiosk.open(server.url, f"?lang={language}")
        kiosk.expect_state("choosing")
        keeper.keep(page, "kiosk-which-class", language, moving=STAGE)
        kiosk.open(server.url, f"?lang={language}&session={session}")
        kiosk.check_in()
        kiosk.expect_state("challenging", "turn_left")
        keeper.keep(page, "kiosk-turn-your-head", language, moving=STAGE)
        kiosk.expect_state("fallback", "unknown")
        _settle(page)
        keeper.keep(page, "kiosk-unknown", language)
        kiosk.back()
        page.context.set_offline(True)
        expect(page.locator(".away")).to_be_visible(timeout=30_000)
        page.locator("#capture").click()
        kiosk.expect_state("done", "kept", seconds=30)
        _settle(page)
        keeper.keep(page, "kiosk-kept", language, moving=STAGE)
        page.context.set_offline(False)
    dashboard = Instructor(browsers.page(viewport=LAPTOP), server.url)
    dashboard.sign_in()
    dashboard.watch(session)
    dashboard.page.locator("form[action$='/close'] button").click()
    expect(dashboard.page.locator("#live")).to_have_attribute("data-status", "closed")
    for language, locale in LOCALES.items():
        kiosk.open(server.url, f"?lang={language}&session={session}")
        kiosk.expect_state("trouble", "session_not_open")
        _settle(page)
        keeper.keep(page, "kiosk-session-not-open", language)
        signed_in = dashboard.page.context.storage_state()
        afterwards = browsers.page(storage_state=signed_in, viewport=LAPTOP, locale=locale)
        afterwards.goto(f"{server.url}/sessions/{session}")
        keeper.keep(afterwards, "closed-session", language, whole=True)


def _settle(page: Page) -> None:
    """Let the camera picture arrive and the animations end."""
    page.wait_for_timeout(900)
