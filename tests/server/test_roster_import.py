"""Rosters from lists: reading, planning, taking over what was shown."""

import io
import zipfile
from datetime import timedelta

import pytest
from openpyxl import Workbook

from server.exceptions import Conflict, Gone, Invalid, NotFound
from server.models import Enrolment, RosterDraft, Student, utc_now
from server.services import attendance, class_sessions, courses, roster_drafts, roster_files, roster_list
from server.services.roster_columns import Layout
from server.services.roster_text import MAX_ROWS
from tests.server.people import make_account


@pytest.fixture
def bring(db, course, instructor):
    """Keeps a list for the course, whatever form it has."""

    def keep(what, whole=False, of=course):
        read = roster_files.from_text if isinstance(what, str) else roster_files.from_file
        return roster_drafts.keep(db, of, instructor, read(what), source="", whole=whole)

    return keep


@pytest.fixture
def take_over(db, course, bring):
    """Brings a list and confirms what its preview shows."""

    def confirm(what, whole=False):
        draft = bring(what, whole)
        shown = roster_drafts.preview(db, course, draft)
        return roster_drafts.confirm(db, course, draft, shown.digest())

    return confirm


def names(db, course):
    return [(entry.student.number, entry.student.name) for entry in courses.roster(db, course)]


def numbers(students):
    return [student.number for student in students]


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def swollen(part, before, element, coding="utf-8"):
    """A workbook of a few kB, one part of which holds 4 MB of one element."""
    with zipfile.ZipFile(io.BytesIO(workbook(["1", "Ahn"]))) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    text = files[part].decode()
    files[part] = text.replace(before, element * (4_000_000 // len(element)) + before, 1).encode(coding)
    return zipped(files)


@pytest.mark.parametrize(
    "what",
    [
        "1,Ahn\n2,Bae\n",
        "number,name\n1,Ahn\n2,Bae",
        "\ufeff학번;이름\r\n1;Ahn\r\n2;Bae\r\n",
        "Name\tEmail\tStudent number\nAhn\ta@x\t1\nBae\tb@x\t2\n",
        '\n"1" , "Ahn"\n\n2,"Bae"\n',
        "학번,이름,학년\n1,Ahn,3\n2,Bae,3\n".encode(),
        "학번,이름\n1,Ahn\n2,Bae\n".encode("cp949"),
        "학번\t이름\n1\tAhn\n2\tBae\n".encode("utf-16"),
        "1,Ahn\n2,Bae\n".encode("utf-16-le"),
        workbook(["학번", "성명"], [1, "Ahn"], [2.0, "Bae"]),
        workbook(["Student ID", "First name", "Last name"], ["1", "", "Ahn"], ["2", "Bae", None]),
    ],
)
def test_the_usual_forms_are_understood(db, course, take_over, what):
    plan = take_over(what)
    assert (numbers(plan.added), plan.bad_rows) == (["1", "2"], [])
    assert names(db, course) == [("1", "Ahn"), ("2", "Bae")]


def test_a_korean_family_name_comes_first(db, course, take_over):
    take_over("학번,given name,family name\n1,민준,김\n2,Jane,Doe\n")
    assert names(db, course) == [("2", "Jane Doe"), ("1", "김민준")]


def test_the_preview_tells_everything_and_writes_nothing(db, course, bring):
    ids = {n: courses.add_student(db, course, n, f"Name {n}") for n in ("1", "2", "3", "4")}
    courses.drop_student(db, course, ids["2"])
    before = names(db, course)
    text = "number,name\n1,Name 1\n2,Name 2\n3,New name\n5,Name 5\n5,Again\n6\n,Nobody\n"
    plan = roster_drafts.preview(db, course, bring(text, whole=True))
    assert numbers(plan.unchanged) == ["1"]
    assert numbers(plan.returning) == ["2"]
    assert [(one.number, one.was, one.name) for one in plan.renamed] == [("3", "Name 3", "New name")]
    assert numbers(plan.added) == ["5"]
    assert numbers(plan.dropped) == ["4"]
    assert [(row.line, row.reason) for row in plan.bad_rows] == [
        (6, "roster_row_repeated"),
        (7, "student_name_invalid"),
        (8, "student_number_invalid"),
    ]
    assert names(db, course) == before


def test_the_confirmation_does_what_was_shown(db, course, take_over):
    for n in ("1", "2"):
        courses.add_student(db, course, n, f"Name {n}")
    take_over("number,name\n1,New name\n3,Name 3\n", whole=True)
    assert names(db, course) == [("3", "Name 3"), ("1", "New name")]


def test_only_a_whole_list_drops_and_a_bad_row_protects_its_student(db, course, bring):
    for n in ("1", "2", "3"):
        courses.add_student(db, course, n, f"Name {n}")
    text = "number,name\n1,Name 1\n2,\n"
    assert roster_drafts.preview(db, course, bring(text)).dropped == []
    assert numbers(roster_drafts.preview(db, course, bring(text, whole=True)).dropped) == ["3"]


def test_somebody_known_from_another_course_only_is_not_renamed(db, course, bring, administrator):
    other = courses.create(db, administrator, "X", "Other", "UTC", 10)
    courses.add_student(db, other, "9", "Real name")
    plan = roster_drafts.preview(db, course, bring("9,Other name\n"))
    assert [row.reason for row in plan.bad_rows] == ["student_number_taken"]
    assert numbers(roster_drafts.preview(db, course, bring("9,Real name\n")).added) == ["9"]


def test_one_person_under_two_numbers_is_pointed_out(db, course, bring):
    courses.add_student(db, course, "1", "Ahn")
    courses.add_student(db, course, "2", "Bae")
    plan = roster_drafts.preview(db, course, bring("7,Ahn\n8,Choi\n"))
    assert plan.namesakes == {"Ahn": ["1", "7"]}


def test_a_roster_that_changed_meanwhile_is_looked_at_again(db, course, bring):
    student = courses.add_student(db, course, "1", "Ahn")
    draft = bring("1,Ahn\n2,Bae\n")
    shown = roster_drafts.preview(db, course, draft).digest()
    courses.add_student(db, course, "5", "Elsewhere")
    assert roster_drafts.preview(db, course, draft).digest() == shown, "what is not touched does not matter"
    courses.drop_student(db, course, student)
    with pytest.raises(Conflict, match="roster_changed_meanwhile"):
        roster_drafts.confirm(db, course, draft, shown)
    assert names(db, course) == [("5", "Elsewhere")]
    roster_drafts.confirm(db, course, draft, roster_drafts.preview(db, course, draft).digest())
    assert numbers(entry.student for entry in courses.roster(db, course)) == ["1", "2", "5"]


def test_taking_over_again_changes_nothing(db, course, bring, take_over):
    text = "".join(f"{n},Student {n}\n" for n in range(300))
    assert len(take_over(text).added) == 300
    again = roster_drafts.preview(db, course, bring(text, whole=True))
    assert (again.changes, len(again.unchanged)) == (0, 300)
    with pytest.raises(Invalid, match="roster_nothing_to_do"):
        take_over(text)


def test_a_list_belongs_to_who_brought_it_and_expires(db, course, bring, instructor):
    draft = bring("1,Ahn\n")
    with pytest.raises(NotFound, match="roster_draft_not_found"):
        roster_drafts.get(db, course, make_account(db, "else@school.example"), draft.id)
    draft.expires_at = utc_now() - timedelta(seconds=1)
    db.commit()
    with pytest.raises(Gone, match="roster_draft_expired"):
        roster_drafts.get(db, course, instructor, draft.id)
    bring("2,Bae\n")
    assert [one.content["rows"][0][1] for one in db.query(RosterDraft)] == [["2", "Bae"]]


def test_unknown_headings_wait_for_somebody_to_say(db, course, bring):
    draft = bring("Kennung,Klasse,Wer\nA1,3,Ahn\nA2,3,Bae\n")
    assert roster_drafts.preview(db, course, draft) is None
    for wrong in (Layout(0, 0), Layout(0, 7), Layout(-1, 2)):
        with pytest.raises(Invalid, match="roster_columns_invalid"):
            roster_drafts.choose_columns(db, draft, wrong)
    roster_drafts.choose_columns(db, draft, Layout(0, 2))
    plan = roster_drafts.preview(db, course, draft)
    assert [(one.number, one.name) for one in plan.added] == [("A1", "Ahn"), ("A2", "Bae")]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("", "csv_empty"),
        (" \n\n", "csv_empty"),
        ("1,\0", "csv_unreadable"),
        ("1,x\n" * (MAX_ROWS + 1), "csv_too_long"),
        ("x" * 2_000_001, "csv_too_long"),
        ('1,"' + "x" * 200_000, "csv_unreadable"),
        (b"\x80\xff\xfd\x81", "csv_unreadable"),
        (b"1," + b"x" * roster_files.MAX_BYTES, "csv_too_long"),
        (workbook(), "csv_empty"),
        (zipped({"a.txt": "x"}), "workbook_unreadable"),
        (b"PK\x03\x04 broken", "workbook_unreadable"),
        (zipped({"xl/sheet.xml": b"0" * 50_000_000}), "roster_archive_too_big"),
        (zipped({str(n): "" for n in range(400)}), "roster_archive_too_big"),
        (swollen("xl/styles.xml", "</cellXfs>", "<xf/>"), "roster_archive_too_big"),
        (swollen("xl/worksheets/sheet1.xml", "</row>", "<c><v>1</v></c>"), "roster_archive_too_big"),
        (swollen("xl/_rels/workbook.xml.rels", "</R", "<x/>", "utf-16"), "roster_archive_too_big"),
        (zipped({"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "workbook_unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_what_is_no_roster_is_refused(what, reason):
    with pytest.raises(Invalid, match=reason):
        roster_files.from_text(what) if isinstance(what, str) else roster_files.from_file(what)


class TestHistory:
    def test_who_leaves_and_returns_keeps_it(self, db, course, instructor):
        student = courses.add_student(db, course, "1", "Ahn")
        session = class_sessions.start(db, course)
        attendance.mark(db, session, student, "present", instructor)
        row = db.query(Enrolment).one()
        joined, row_id = row.created_at, row.id
        assert roster_list.drop(db, course, [student.id]) == 1
        (gone,) = roster_list.former(db, course)
        assert (gone.student.id, gone.since) == (student.id, joined)
        assert attendance.find(db, session, student.id).status == "present"
        roster_list.put_back(db, course, student.id)
        row = db.query(Enrolment).one()
        assert (row.id, row.created_at, row.dropped_at) == (row_id, joined, None)
        assert attendance.find(db, session, student.id).status == "present"

    def test_who_moves_keeps_it_where_it_was(self, db, course, instructor):
        other = courses.create(db, instructor, "CS102", "Hearing machines", "Asia/Seoul", 10)
        student = courses.add_student(db, course, "1", "Ahn")
        session = class_sessions.start(db, course)
        attendance.mark(db, session, student, "late", instructor)
        assert roster_list.move(db, course, other, [student.id]) == 1
        assert (names(db, course), names(db, other)) == ([], [("1", "Ahn")])
        assert attendance.find(db, session, student.id).status == "late"
        assert db.query(Student).count() == 1
        with pytest.raises(Conflict, match="same_course"):
            roster_list.move(db, other, other, [student.id])
        with pytest.raises(Invalid, match="nobody_chosen"):
            roster_list.move(db, course, other, [student.id])


def test_the_list_is_searched_sorted_and_cut_into_pages(db, course, take_over):
    take_over("".join(f"{n:03},Student {200 - n:03}\n" for n in range(150)))
    first = roster_list.page(db, course)
    assert (first.total, first.pages, len(first.entries)) == (150, 2, 100)
    assert first.entries[0].student.name == "Student 051"
    last = roster_list.page(db, course, sort="number", number=99)
    assert (last.number, last.entries[-1].student.number) == (2, "149")
    backwards = roster_list.page(db, course, sort="number", backwards=True)
    assert backwards.entries[0].student.number == "149"
    found = roster_list.page(db, course, words="student 149")
    assert {entry.student.number for entry in found.entries} == {"051", "149"}
    assert roster_list.page(db, course, words="%").total == 0
