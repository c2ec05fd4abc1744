"""The roster's tab: bringing a list, looking at what it changes, taking it over."""

import io
import re

import pytest

from server.services import courses
from tests.server.pages.conftest import words
from tests.server.people import fresh


def bring(browser, course, **form):
    form = {f"roster-{name}": value for name, value in form.items()}
    return browser.post(f"/courses/{course.id}/roster", form)


def confirm(browser, location):
    digest = re.search(r'name="digest" value="(\w+)"', browser.get(location).text)[1]
    return browser.post(f"{location}/confirmation", {"digest": digest})


def on_roster(db, course):
    return [entry.student.name for entry in courses.roster(fresh(db), course)]


def test_a_list_is_shown_then_taken_over(browser, course, db):
    answer = bring(browser, course, text="학번,이름\n1,김민준\n2\n3,이서연")
    page = words(browser.follow(answer))
    assert "2 students change" in page
    assert "3 2 A name has 1 to 200 characters." in page
    assert on_roster(db, course) == []
    done = words(browser.follow(confirm(browser, answer.headers["Location"])))
    assert "2 students added. 1 line was left out." in done
    assert on_roster(db, course) == ["김민준", "이서연"]
    assert browser.get(answer.headers["Location"]).status_code == 404


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "utf-16"])
def test_a_file_from_a_spreadsheet(browser, course, db, encoding):
    content = "학번,이름\r\n2026001,김민준\r\n".encode(encoding)
    answer = bring(browser, course, file=(io.BytesIO(content), "roster.csv"))
    assert "roster.csv" in browser.follow(answer)
    confirm(browser, answer.headers["Location"])
    assert on_roster(db, course) == ["김민준"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"\x80\xff\xfd\x81", "The file cannot be read as CSV."),
        (b"PK\x03\x04", "The file cannot be read as an Excel workbook (XLSX)."),
    ],
)
def test_a_file_that_is_no_roster(browser, course, content, message):
    answer = bring(browser, course, file=(io.BytesIO(content), "roster"))
    assert answer.status_code == 422
    assert message in answer.text


def test_columns_that_nobody_knows_are_asked_for(browser, course, db):
    answer = bring(browser, course, text="Kennung,Klasse,Wer\nA1,3,Ahn\n")
    location = answer.headers["Location"]
    assert "Which column is which?" in browser.follow(answer)
    form = {"columns-number": "0", "columns-name": "0", "columns-family": "-1", "columns-heading": "y"}
    wrong = browser.post(f"{location}/columns", form)
    assert wrong.status_code == 422
    assert "different columns" in wrong.text
    browser.post(f"{location}/columns", {**form, "columns-name": "2"})
    confirm(browser, location)
    assert on_roster(db, course) == ["Ahn"]


def test_a_plan_that_is_out_of_date_is_shown_anew(browser, course, db):
    student = courses.add_student(db, course, "1", "Ahn")
    answer = bring(browser, course, text="1,Ahn\n2,Bae\n")
    location = answer.headers["Location"]
    digest = re.search(r'name="digest" value="(\w+)"', browser.get(location).text)[1]
    courses.drop_student(db, course, student)
    page = browser.follow(browser.post(f"{location}/confirmation", {"digest": digest}))
    assert "The roster has changed meanwhile." in page
    assert "2 students change" in page
    assert on_roster(db, course) == []


def test_forgetting_a_list(browser, course, db):
    location = bring(browser, course, text="1,Ahn").headers["Location"]
    browser.follow(browser.post(f"{location}/removal"))
    assert browser.get(location).status_code == 404
    assert on_roster(db, course) == []


def test_dropping_moving_and_putting_back(browser, course, db, instructor):
    other = courses.create(db, instructor, "CS102", "Hearing machines", "Asia/Seoul", 10)
    ahn, bae = (courses.add_student(db, course, n, name).id for n, name in (("1", "Ahn"), ("2", "Bae")))
    selection = f"/courses/{course.id}/roster/selection"
    assert "Tick the students first." in browser.follow(browser.post(selection, {"action": "drop"}))
    browser.post(selection, {"action": "drop", "student": [str(ahn)]})
    moved = browser.follow(
        browser.post(selection, {"action": "move", "student": [str(bae)], "to": str(other.id)})
    )
    assert "1 student moved to Hearing machines." in moved
    assert "Formerly on the roster (2)" in words(moved)
    assert (on_roster(db, course), on_roster(db, other)) == ([], ["Bae"])
    browser.post(f"/courses/{course.id}/students/{ahn}/return")
    assert on_roster(db, course) == ["Ahn"]


def test_moving_to_a_course_of_somebody_else(browser, course, db, administrator):
    foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
    student = courses.add_student(db, course, "1", "Ahn")
    form = {"action": "move", "student": [str(student.id)], "to": str(foreign.id)}
    assert browser.post(f"/courses/{course.id}/roster/selection", form).status_code == 404
    assert on_roster(db, course) == ["Ahn"]


def test_searching_and_sorting(browser, course, db):
    for number, name in (("1", "Bae"), ("2", "Ahn"), ("3", "Choi")):
        courses.add_student(db, course, number, name)
    page = words(browser.get(f"/courses/{course.id}/roster?sort=number&order=down").text)
    assert page.index("Choi") < page.index("Ahn") < page.index("Bae")
    found = words(browser.get(f"/courses/{course.id}/roster?q=bae").text)
    assert "Bae" in found
    assert "Choi" not in found
