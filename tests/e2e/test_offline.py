"""The server goes away, a student checks in, the power fails at the kiosk: nothing is lost, nothing twice."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.own_profile import OwnProfile
from tests.e2e.school import Person
from tests.running_server import RunningServer

THREE_HOURS = 3 * 3600 * 1000
KEPT = """async () => {
  const [{ name }] = await indexedDB.databases();
  const opened = await new Promise((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  const all = (store) => new Promise((resolve) => {
    const request = opened.transaction(store).objectStore(store).getAll();
    request.onsuccess = () => resolve(request.result);
  });
  const [visits, keys] = [await all('visits'), await all('keys')];
  opened.close();
  return {
    visits: visits.length,
    plain: visits.some(({ sealed }) => new TextDecoder('latin1').decode(sealed).includes('JFIF')),
    keys: keys.map((key) => key.extractable),
  };
}"""
CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found;
}"""
IN_CHARGE = "navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """With the demo class."""
    running = RunningServer.start(tmp_path / "server")
    yield running
    running.stop()


@pytest.fixture
def kiosk_browser(
    all_browsers: Browsers, tmp_path: Path, people: list[Person], film_of: Callable[..., Path]
) -> Iterator[OwnProfile]:
    """The second person stands before its camera; its clock is three hours behind."""
    profile = OwnProfile(
        all_browsers.playwright, tmp_path / "profile", film_of(people[1].folder), clock_behind=THREE_HOURS
    )
    yield profile
    profile.kill()


def test_a_visit_survives_the_server_and_the_browser_and_is_delivered_once(
    server: RunningServer,
    kiosk_browser: OwnProfile,
    browsers: Browsers,
    people: list[Person],
) -> None:
    student = people[1]
    dashboard = Instructor(browsers.page(), server.url)
    dashboard.become_administrator(server.setup_path())
    session = int(dashboard.page.locator("a[href*='/sessions/']").first.get_attribute("href").split("/")[-1])
    page = kiosk_browser.start()
    kiosk = KioskPage(page).open(server.url, "?pair")
    kiosk.expect_state("trouble", "not_paired")
    code = page.locator("#pairing-code[data-code]").get_attribute("data-code")
    dashboard.accept_kiosk(code, "Room 204")
    kiosk.expect_state("waiting")
    page = kiosk_browser.restart()
    kiosk = KioskPage(page).open(server.url)
    kiosk.expect_state("waiting")
    expect(page.locator("#kiosk")).to_have_attribute("data-clock", "corrected")
    page.wait_for_function(IN_CHARGE, timeout=60_000)

    server.stop()
    expect(page.locator(".away")).to_be_visible(timeout=30_000)
    before = datetime.now(UTC)
    page.locator("#capture").click()
    kiosk.expect_state("done", "kept", seconds=30)
    after = datetime.now(UTC)
    assert page.evaluate(KEPT) == {"visits": 1, "plain": False, "keys": [False]}

    kiosk_browser.kill()
    page = kiosk_browser.start()
    kiosk = KioskPage(page).open(server.url)
    kiosk.expect_state("waiting", seconds=30)
    expect(page.locator(".away")).to_be_visible()
    expect(page.locator("#kiosk")).to_have_attribute("data-gestures", "ready", timeout=60_000)
    cached = page.evaluate(CACHED)
    assert "/kiosk" in cached
    assert [path for path in cached if not path.startswith(("/assets/", "/gestures/", "/kiosk"))] == []

    server.restart()
    expect(page.locator(".away")).to_have_count(0, timeout=30_000)
    entry = _recorded(dashboard.page, server.url, session, student.name)
    assert (entry["status"], entry["method"], entry["unconfirmed"]) == ("present", "face", True)
    slack = timedelta(seconds=5)
    assert before - slack <= datetime.fromisoformat(entry["recorded_at"]) <= after + slack
    page.wait_for_timeout(6_000)  # The kiosk asks the server again: nothing is sent twice.
    assert page.evaluate(KEPT) == {"visits": 0, "plain": False, "keys": []}
    dashboard.watch(session)
    expect(dashboard.row(student.name)).to_contain_text("not confirmed")


def _recorded(page: Page, root: str, session: int, name: str) -> dict:
    """The student's entry as soon as there is one."""
    for _ in range(60):
        answer = page.request.get(f"{root}/api/v1/sessions/{session}/roster").json()
        (entry,) = [one for one in answer["entries"] if one["student"]["name"] == name]
        if entry["status"]:
            return entry
        page.wait_for_timeout(500)
    raise AssertionError(f"{name} is not recorded")
