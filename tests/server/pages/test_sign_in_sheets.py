"""Sign-in sheets as PDF."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from server import fonts
from server.exceptions import PartMissing
from server.services import class_sessions, courses
from server.services.sign_in_sheet import Sheet, sign_in_sheet

RARE = ["뷁쀍", "남궁똠방각하", "김 민준 (Kim Min-jun)", "황보" + "가나다라마바사아자차카타파하" * 4]


@pytest.fixture(scope="module")
def fonts_dir(repository: Path) -> Path:
    """Where set-up puts the fonts; fetched here where it has not."""
    folder = repository / "models" / "fonts"
    fonts.ensure(folder)
    return folder


def pages(content):
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def test_every_name_is_there_in_full_on_as_many_pages_as_it_takes(fonts_dir):
    students = [(f"{n:04}", name) for n, name in enumerate([*RARE, *(f"학생 {n}" for n in range(96))])]
    found = pages(sign_in_sheet("생물학 · BIO-101", [Sheet("1주차", "3월 2일")], students, fonts_dir, "ko"))
    assert len(found) == 4
    for number, page in enumerate(found, start=1):
        assert page.startswith("생물학·BIO-1011주차·3월2일학번이름서명")
        assert page.endswith(f"{number}/4")
    text = "".join(found)
    for number, name in students:
        assert f"{number}{name.replace(' ', '')}" in text


def test_every_session_begins_on_a_page_of_its_own(fonts_dir):
    found = pages(sign_in_sheet("Biology", [Sheet("One"), Sheet("Two")], [("1", "Ahn")], fonts_dir))
    assert [("One" in page, "Two" in page, "1Ahn" in page) for page in found] == [
        (True, False, True),
        (False, True, True),
    ]


def test_the_pages_hand_them_out(browser, db, course, fonts_dir, administrator):
    courses.add_student(db, course, "1", "김민준")
    session = class_sessions.start(db, course, "Week 1")
    page = browser.get(f"/courses/{course.id}/exports").text
    day = session.starts_at.astimezone(course.zone).date().isoformat()
    for url, title in (
        (f"/sessions/{session.id}/sign-in.pdf", True),
        (f"/courses/{course.id}/exports/sign-in.pdf", False),
    ):
        assert url in page
        answer = browser.get(url)
        (only,) = pages(answer.data)
        assert "김민준" in only
        assert ("Week1" in only) is title
    url = f"/courses/{course.id}/exports/sign-in.pdf?from={day}"
    assert "Week1" in pages(browser.get(url).data)[0]
    foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
    assert browser.get(f"/courses/{foreign.id}/exports/sign-in.pdf").status_code == 404


def test_without_the_font_it_says_what_is_missing(browser, course, runtime, tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"fonts_dir": tmp_path}))
    answer = browser.get(f"/courses/{course.id}/exports/sign-in.pdf")
    assert answer.status_code == 503
    assert "python -m server fonts" in answer.text
    page = browser.get(f"/courses/{course.id}/exports").text
    assert "python -m server fonts" in page
    assert "sign-in.pdf" not in page


def test_another_file_is_no_font_of_ours(tmp_path, fonts_dir):
    (tmp_path / fonts.FONT.name).write_bytes(b"x" * fonts.FONT.size)
    assert not fonts.present(tmp_path)
    fonts.ensure(tmp_path, local=fonts_dir)
    assert fonts.present(tmp_path)


def test_what_cannot_be_had_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "FONT", fonts.WeightFile("a.ttf", 1, "0" * 64, None, None, None, ""))
    with pytest.raises(PartMissing, match=r"no sign-in sheets as PDF: cannot get a.ttf"):
        fonts.ensure(tmp_path, local=tmp_path)
