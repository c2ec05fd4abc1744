"""Two stories of attendance: the fire drill, and a wrong entry that is contested and put right."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.running_server import RunningServer

STUDENTS = [
    ("20260001", "Ahn Bo"),
    ("20260002", "김서연"),
    ("20260003", "Mira Okafor"),
    ("20260004", "이준호"),
]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer.start(tmp_path_factory.mktemp("attendance"), demo="false")
    yield running
    assert running.stop() == 0


def test_who_is_here_and_a_wrong_entry_put_right(server: RunningServer, browsers: Browsers) -> None:
    page = browsers.page()
    dashboard = Instructor(page, server.url)
    dashboard.become_administrator(server.setup_path())
    course = dashboard.create_course("BIO-101", "Biology 101")
    dashboard.add_students(course, STUDENTS)
    session = dashboard.start_session(course, "Cells")

    the_fire_drill(browsers, dashboard, session)
    contested_and_put_right(browsers, dashboard, course, session)


def the_fire_drill(browsers: Browsers, dashboard: Instructor, session: int) -> None:
    page = dashboard.page
    other = browsers.page(storage_state=page.context.storage_state())
    watching = Instructor(other, dashboard.root)
    watching.watch(session)
    for name, status in (("Ahn Bo", "present"), ("김서연", "late")):
        dashboard.row(name).locator(f".mark-{status}").click()
        watching.expect_status(name, status, seconds=2)
    expect(other.locator("#last-arrival")).to_contain_text("김서연")
    expect(other.locator("#arrivals svg")).to_be_visible()

    other.locator("[data-value=here]").click()
    expect(watching.row("Mira Okafor")).to_be_hidden()
    expect(watching.row("Ahn Bo")).to_be_visible()
    dashboard.row("Mira Okafor").locator(".mark-present").click()
    expect(watching.row("Mira Okafor")).to_be_visible(timeout=2000)
    other.locator("[data-value=wall]").click()
    expect(watching.row("Ahn Bo").locator(".wall-face")).to_have_text("AB")
    assert violations(other) == []
    other.reload()
    expect(other.locator("#live")).to_have_attribute("data-view", "wall")

    other.get_by_role("link", name="Who is here").click()
    expect(other.locator("section", has=other.locator("#here-heading")).locator("li")).to_have_count(3)
    expect(other.locator("section", has=other.locator("#missing-heading")).locator("li")).to_have_text(
        re.compile("이준호")
    )
    assert violations(other) == []
    other.emulate_media(media="print")
    expect(other.get_by_role("button", name="Print")).to_be_hidden()
    expect(other.get_by_text("Ahn Bo")).to_be_visible()


def contested_and_put_right(browsers: Browsers, dashboard: Instructor, course: int, session: int) -> None:
    page = dashboard.page
    page.locator("form[action$='/close'] button").click()
    dashboard.expect_status("이준호", "absent", seconds=5)
    phone = browsers.page(viewport=PHONE, color_scheme="dark", locale="ko-KR")
    phone.goto(personal_link(page, dashboard.root, course, "이준호"))
    narrow_and_clean(phone)
    phone.get_by_text("기록이 잘못되었어요").click()
    phone.locator("textarea[name=words]").fill("셋째 줄에 앉아 있었습니다.")
    phone.get_by_role("button", name="보내기").click()
    expect(phone.get_by_text("선생님의 답변을 기다리고 있습니다.")).to_be_visible()

    page.goto(dashboard.root)
    page.get_by_role("link", name="1 entry is contested").click()
    assert violations(page) == []
    page.locator("textarea[name=answer]").fill("맞아요, 미안해요.")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("The entry is put right")).to_be_visible()
    assert dashboard.recorded(session)["이준호"] == "present"

    phone.reload()
    expect(phone.get_by_text("맞아요, 미안해요.")).to_be_visible()
    narrow_and_clean(phone)

    page.get_by_role("link", name="이준호").click()
    expect(page.locator(".change")).to_have_count(2)
    assert violations(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".change")).to_have_count(3)
    assert dashboard.recorded(session)["이준호"] == "absent"

    page.goto(f"{dashboard.root}/courses/{course}/attendance")
    narrow_and_clean(page)
    page.get_by_role("link", name="이준호").click()
    expect(page.locator(".heat-map .bar-absent")).to_have_count(1)
    narrow_and_clean(page)


def personal_link(page: Page, root: str, course: int, name: str) -> str:
    """As the instructor gets it: from the student's page of attendance."""
    page.goto(f"{root}/courses/{course}/attendance")
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Personal link").click()
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("a.link-address")
    expect(link).to_be_visible()
    address = link.get_attribute("href")
    assert address is not None
    return address


def narrow_and_clean(page: Page) -> None:
    """Nothing for axe, and nothing wider than the screen."""
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
