"""Rosters come in and attendance goes out: a student who appears twice, the export at the end of a term."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from server import fonts
from tests.e2e.axe import violations
from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.running_server import RunningServer

STUDENTS = [("20260001", "김민준"), ("20260002", "이서연"), ("20260003", "Jane van Doe")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[RunningServer]:
    """A school without the demo class, with the font of PDF files."""
    fonts.ensure(repository / "models" / "fonts")
    running = RunningServer.start(tmp_path_factory.mktemp("rosters"), demo="false")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def cookies(server: RunningServer, all_browsers: Browsers) -> dict:
    """The instructor's, who has just become the administrator."""
    page = all_browsers.page()
    Instructor(page, server.url).become_administrator(server.setup_path())
    return page.context.storage_state()


@pytest.fixture
def instructor(server: RunningServer, browsers: Browsers, cookies: dict) -> Instructor:
    """At the dashboard, in English."""
    return Instructor(browsers.page(storage_state=cookies, accept_downloads=True), server.url)


def bring(page: Page, file: dict | str, *, whole: bool = False) -> None:
    """Bring a list on the roster's page, as a file or pasted."""
    card = page.locator("details", has=page.locator("textarea[name=roster-text]"))
    if card.get_attribute("open") is None:
        card.locator("summary").click()
    if isinstance(file, str):
        page.locator("textarea[name=roster-text]").fill(file)
    else:
        page.locator("input[name=roster-file]").set_input_files(file)
    if whole:
        page.locator("input[name=roster-whole]").check()
    card.get_by_role("button", name="See what will change").click()


def fetched(page: Page, name: str) -> tuple[str, bytes]:
    """Press or follow what is called so, and give the file it hands out."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_a_student_appears_twice(instructor: Instructor) -> None:
    page, root = instructor.page, instructor.root
    course = instructor.create_course("BIO-101", "Biology 101")
    instructor.add_students(course, STUDENTS)
    session = instructor.start_session(course, "Cells")
    instructor.row("김민준").locator(".mark-present").click()
    instructor.expect_status("김민준", "present", 10)

    page.goto(f"{root}/courses/{course}/roster")
    assert violations(page) == []
    bring(page, "학번,이름\n20269999,김민준\n20260002,이서연\n20260002,이서현\n")
    expect(page.locator("#namesakes")).to_contain_text("20260001 · 20269999")
    expect(page.locator("#bad-rows")).to_contain_text("more than once")
    assert violations(page) == []
    page.locator("#confirm").click()
    expect(page.get_by_text("1 student added.")).to_be_visible()

    twice = page.locator("tbody tr", has_text="김민준")
    expect(twice).to_have_count(2)
    twice.filter(has_text="20269999").get_by_role("checkbox").check()
    page.get_by_role("button", name="Take off the roster").click()
    expect(twice).to_have_count(1)
    page.get_by_text("Formerly on the roster (1)").click()
    expect(page.get_by_role("button", name="Put 김민준 back on the roster")).to_be_visible()
    assert instructor.recorded(session) == {"김민준": "present"}


def test_end_of_term_export(instructor: Instructor) -> None:
    page, root = instructor.page, instructor.root
    course = instructor.create_course("ART-7", "미술")
    instructor.add_students(course, STUDENTS)
    instructor.start_session(course, "Colours")
    instructor.row("이서연").locator(".mark-late").click()
    instructor.expect_status("이서연", "late", 10)
    page.get_by_role("button", name="Close the session").click()
    expect(page.get_by_text("The session is closed.")).to_be_visible()

    page.goto(f"{root}/courses/{course}/exports")
    assert violations(page) == []
    name, content = fetched(page, "Excel")
    assert name == "ART-7.xlsx"
    sheet = load_workbook(io.BytesIO(content))["ART-7"]
    rows = {row[1].value: row[2].value for row in sheet.iter_rows(min_row=4, max_row=6)}
    assert rows == {"Jane van Doe": "Absent", "김민준": "Absent", "이서연": "Late"}
    assert sheet["C1"].is_date
    _, sheets = fetched(page, "Sign-in sheets (PDF)")
    assert "이서연" in PdfReader(io.BytesIO(sheets)).pages[0].extract_text()
    _, canvas = fetched(page, "For Canvas")
    assert "이서연,,20260002,,ART-7,100.0" in canvas.decode()

    name, bundle = fetched(page, "OneRoster")
    page.goto(f"{root}/courses/{course}/roster")
    bring(page, {"name": name, "mimeType": "application/zip", "buffer": bundle}, whole=True)
    expect(page.get_by_role("heading", name="Nothing changes")).to_be_visible()

    page.goto(f"{root}/tokens")
    page.locator("input[name=token-name]").fill("registry")
    page.get_by_role("button", name="Make the token").click()
    token = page.locator("#new-token").inner_text()
    assert violations(page) == []
    answer = page.request.get(
        f"{root}/api/v1/courses/{course}/attendance", headers={"Authorization": f"Bearer {token}"}
    )
    assert [one["status"] for one in answer.json()["items"]].count("absent") == 2
    page.goto(f"{root}/courses/{course}/webhooks")
    assert violations(page) == []
