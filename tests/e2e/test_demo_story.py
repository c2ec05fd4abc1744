"""What somebody sees who has just typed `make run`, without a webcam and without students."""

from playwright.sync_api import expect

from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.school import Person
from tests.running_server import RunningServer


def test_the_demo_camera_shows_the_whole_loop_and_one_click_removes_it(
    demo_server: RunningServer, browsers: Browsers, people: list[Person]
) -> None:
    kiosk = KioskPage(browsers.page(camera="none")).open(demo_server.url)
    kiosk.expect_state("trouble", "camera_none")
    kiosk.page.locator("#use-demo").click()
    for person in (people[3], people[7]):
        kiosk.place_before_demo_camera(person.name)
        kiosk.check_in()
        kiosk.expect_name(person.name)
        kiosk.answer("o")
        kiosk.expect_state("done", "present")
        kiosk.back()

    dashboard = Instructor(browsers.page(camera="none"), demo_server.url)
    dashboard.become_administrator(demo_server.setup_path())
    session = int(dashboard.page.locator("a[href*='/sessions/']").first.get_attribute("href").split("/")[-1])
    assert set(dashboard.recorded(session)) == {people[3].name, people[7].name}

    dashboard.page.goto(demo_server.url)
    dashboard.page.on("dialog", lambda dialog: dialog.accept())
    dashboard.page.locator("form[action$='/demo/removal'] button").click()
    expect(dashboard.page.locator("form[action$='/demo/removal']")).to_have_count(0)
    kiosk.expect_state("trouble", seconds=30)
