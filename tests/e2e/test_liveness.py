"""Before a paired kiosk: somebody who turns as asked, the film of another turn, and a photograph."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from recognition.weights import YUNET
from recognition.yunet import YuNet
from tests.e2e.browsers import Browsers
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import Person, School
from tests.e2e.turning_film import Turning, ask_for, check_in_at_the_flag
from tests.running_server import RunningServer

TRIES = 2


@pytest.fixture(scope="module")
def turning(weights_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Turning:
    """Films of people who turn."""
    return Turning(YuNet(weights_dir / YUNET), tmp_path_factory.mktemp("turning"))


@pytest.fixture(scope="module")
def watchful(
    all_browsers: Browsers, people: list[Person], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[School]:
    """A school as it is without any setting: every visit is challenged."""
    server = RunningServer.start(tmp_path_factory.mktemp("watchful"), demo="false", liveness="required")
    try:
        yield School.open(server, server.url, all_browsers, people[:4])
    finally:
        assert server.stop() == 0


@pytest.mark.long
def test_who_turns_as_asked_comes_in_and_films_and_photographs_do_not(
    watchful: School, browsers: Browsers, turning: Turning
) -> None:
    student = watchful.enrolled[1]
    picture = sorted((student.folder / "probe").glob("*.jpg"))[0]
    dashboard = watchful.dashboard(browsers)

    photograph = watchful.kiosk(browsers, turning.film(picture, towards=None))
    photograph.check_in()
    photograph.expect_state("challenging")
    photograph.expect_state("retry", "not_live")
    expect(photograph.page.locator(".hints")).to_contain_text("Turn your head")

    film = watchful.kiosk(browsers, turning.film(picture, towards="left"))
    ask_for(film.page, "turn_right")
    check_in_at_the_flag(film)
    film.expect_state("challenging", "turn_right")
    film.expect_state("retry", "not_live")
    assert student.name not in dashboard.recorded(watchful.session)

    person = film
    person.back()
    ask_for(person.page, "turn_left")
    _turn_until_seen(person)
    person.expect_name(student.name)
    person.answer("o")
    person.expect_state("done", "present")
    assert dashboard.recorded(watchful.session)[student.name] == "present"


def _turn_until_seen(kiosk: KioskPage) -> None:
    """A film does not wait for the kiosk as a person does: on a busy machine it may turn too early."""
    for _ in range(TRIES):
        check_in_at_the_flag(kiosk)
        kiosk.expect_state("challenging", "turn_left")
        ended = kiosk.page.wait_for_function(
            """() => {
              const { state } = document.querySelector('#kiosk').dataset;
              return ['confirming', 'retry'].includes(state) && state;
            }"""
        )
        if ended.json_value() == "confirming":
            return
        kiosk.back()
