"""The story once more, as it ships: TLS and the real nginx in front, under a prefix beside another site."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.answer_clock import AnswerClock
from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import Person
from tests.running_nginx import RunningNginx
from tests.running_server import RunningServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With the demo class, trusting one proxy."""
    running = RunningServer.start(tmp_path_factory.mktemp("behind"), trusted_proxies="1")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def nginx(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNginx]:
    """Under /check-in."""
    running = RunningNginx.start(tmp_path_factory.mktemp("nginx"), f"127.0.0.1:{server.port}", "/check-in")
    yield running
    running.stop()


@pytest.mark.alone
def test_a_check_in_under_a_prefix_is_on_the_dashboard_within_a_second(
    server: RunningServer,
    nginx: RunningNginx,
    browsers: Browsers,
    people: list[Person],
    film_of: Callable[[Path], Path],
) -> None:
    student = people[0]
    dashboard = Instructor(browsers.page(), nginx.url)
    dashboard.become_administrator(server.setup_path())
    dashboard.page.locator("a[href*='/sessions/']").first.click()
    session = int(dashboard.page.url.rsplit("/", 1)[1])
    kiosk = KioskPage(browsers.page(film=film_of(student.folder))).open(nginx.url)
    clock = AnswerClock.start(kiosk.page, dashboard.page, student.name)

    kiosk.check_in()
    kiosk.expect_name(student.name)
    kiosk.answer("o")

    kiosk.expect_state("done", "present")
    assert clock.seconds_to_dashboard("present") < 1.0
    assert dashboard.recorded(session) == {student.name: "present"}


def test_no_page_leads_out_of_the_prefix(nginx: RunningNginx, browsers: Browsers) -> None:
    page = browsers.page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/kiosk"):
        page.goto(nginx.url + path, wait_until="networkidle" if path == "/" else "load")
        links = page.eval_on_selector_all(
            "[href], [src], [action]", "all => all.map((one) => one.href ?? one.src ?? one.action)"
        )
        outside = [url for url in links + asked if url.startswith("http") and not url.startswith(nginx.url)]
        assert outside == []
