"""Browsers, recorded webcams and real servers for the tests that go the whole way."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.browsers import Browsers
from tests.e2e.school import Person, School, people_in
from tests.e2e.webcam import record
from tests.running_server import RunningServer


@pytest.fixture(scope="session")
def all_browsers() -> Iterator[Browsers]:
    """Chromium processes that live as long as the test run."""
    with sync_playwright() as playwright:
        browsers = Browsers(playwright)
        yield browsers
        browsers.end()


@pytest.fixture(scope="module", autouse=True)
def _one_module_s_browsers(all_browsers: Browsers) -> Iterator[None]:
    """A browser that waits for nobody still takes its share of the machine."""
    yield
    all_browsers.end()


@pytest.fixture
def browsers(all_browsers: Browsers) -> Iterator[Browsers]:
    """The same, this test's pages closed at its end. An uncaught exception of a script fails it."""
    all_browsers.errors.clear()
    yield all_browsers
    all_browsers.end_pages()
    assert all_browsers.errors == []


@pytest.fixture(scope="session")
def film_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Gives the recorded webcam of a synthetic person, made of two pictures they were not enrolled with.

    `posing=True` is for screens that look the same every time: one picture, hardly moving.
    """
    folder = tmp_path_factory.mktemp("films")

    def film(person: Path, *, posing: bool = False) -> Path:
        path = folder / f"{person.name}{'-posing' if posing else ''}.mjpeg"
        probes = sorted((person / "probe").glob("*.jpg"))[: 1 if posing else 2]
        return path if path.exists() else record(probes, path, posing=posing)

    return film


@pytest.fixture(scope="session")
def people(demo_people: Path) -> list[Person]:
    """The synthetic people."""
    return people_in(demo_people)


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server as it is right after `make run` on an empty folder: the demo class is open.

    Each module has its own: one of the stories removes the class.
    """
    server = RunningServer.start(tmp_path_factory.mktemp("demo"))
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def school(
    all_browsers: Browsers, people: list[Person], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[School]:
    """A school with six students, five of them with photos. Each test takes a student of its own."""
    server = RunningServer.start(tmp_path_factory.mktemp("school"), demo="false")
    try:
        yield School.open(server, server.url, all_browsers, people[:7])
    finally:
        assert server.stop() == 0
