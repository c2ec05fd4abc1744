"""The whole story against the built container, behind the real nginx (`make image-test`)."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import Person
from tests.running_nginx import RunningNginx
from tests.running_server import SETUP_LINK

pytestmark = pytest.mark.skipif("IMAGE_PORT" not in os.environ, reason="needs the container: make image-test")


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[RunningNginx]:
    """In front of the container, under /check-in."""
    running = RunningNginx.start(tmp_path, f"127.0.0.1:{os.environ['IMAGE_PORT']}", "/check-in")
    yield running
    running.stop()


def test_a_student_checks_in(
    nginx: RunningNginx, browsers: Browsers, people: list[Person], film_of: Callable[[Path], Path]
) -> None:
    student = people[0]
    link = SETUP_LINK.findall(Path(os.environ["IMAGE_LOG"]).read_text())[-1]
    dashboard = Instructor(browsers.page(), nginx.url)
    dashboard.become_administrator("/setup/" + link.split("/setup/")[1])
    dashboard.page.locator("a[href*='/sessions/']").first.click()
    session = int(dashboard.page.url.rsplit("/", 1)[1])
    kiosk = KioskPage(browsers.page(film=film_of(student.folder))).open(nginx.url)
    kiosk.check_in()
    kiosk.expect_name(student.name)
    kiosk.answer("o")
    kiosk.expect_state("done", "present")
    assert dashboard.recorded(session) == {student.name: "present"}
