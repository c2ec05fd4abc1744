"""A kiosk without a usable camera says so, and offers the demo camera where the demo class is there."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browsers import Browsers
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import School
from tests.running_server import RunningServer

INSECURE_HOST = "kiosk.example"


@pytest.mark.parametrize(("camera", "kind"), [("refused", "camera_refused"), ("none", "camera_none")])
def test_a_missing_camera_is_named_and_the_demo_camera_helps(
    demo_server: RunningServer, browsers: Browsers, camera: str, kind: str
) -> None:
    kiosk = KioskPage(browsers.page(camera=camera)).open(demo_server.url)
    kiosk.expect_state("trouble", kind)

    kiosk.page.locator("#use-demo").click()

    kiosk.expect_state("waiting")
    expect(kiosk.page.locator("#demo-canvas")).to_be_visible()


def test_an_insecure_address_is_named(demo_server: RunningServer, browsers: Browsers) -> None:
    page = browsers.page(flags=(f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1",))
    kiosk = KioskPage(page).open(f"http://{INSECURE_HOST}:{demo_server.port}")
    kiosk.expect_state("trouble", "camera_insecure")


def test_a_browser_shows_a_code_becomes_a_kiosk_and_is_revoked(school: School, browsers: Browsers) -> None:
    kiosk = KioskPage(browsers.page()).open(school.root)
    kiosk.expect_state("trouble", "not_paired")
    expect(kiosk.page.locator("#panel a")).to_have_attribute("href", "/kiosks")
    code = kiosk.page.locator("#pairing-code[data-code]").get_attribute("data-code")
    dashboard = school.dashboard(browsers)

    dashboard.accept_kiosk(code, "Lab 3")

    kiosk.expect_state("waiting", seconds=10)
    dashboard.revoke_kiosk("Lab 3")
    kiosk.expect_state("trouble", "revoked", seconds=10)


@pytest.mark.long
def test_a_server_that_goes_away_is_named_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, browsers: Browsers
) -> None:
    server = RunningServer.start(tmp_path_factory.mktemp("away"))
    try:
        kiosk = KioskPage(browsers.page()).open(server.url)
        kiosk.expect_state("waiting")
        server.stop()
        kiosk.expect_state("trouble", "server_away", seconds=30)
        server.restart()
        kiosk.expect_state("waiting", seconds=30)
    finally:
        server.stop()
