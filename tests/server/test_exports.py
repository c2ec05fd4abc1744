"""Attendance and rosters taken away, and brought again."""

import csv
import io
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import event

from server.models import Attendance, ClassSession, Enrolment, SessionStatus, Student
from server.services import (
    attendance_grid,
    courses,
    export_workbook,
    exports,
    roster_drafts,
    roster_files,
)
from server.services.spreadsheet_cells import neutral, plain

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WORDS = ("present", "late", "absent", "excused", "left_early")


def session_on(db, course, at, title="Week"):
    session = ClassSession(
        course_id=course.id, title=title, status=SessionStatus.CLOSED, starts_at=at, late_after_minutes=10
    )
    db.add(session)
    db.flush()
    return session


def record(db, session, student, status):
    at = session.starts_at + timedelta(minutes=1)
    db.add(Attendance(session_id=session.id, student_id=student.id, status=status, recorded_at=at))


@pytest.fixture
def term(db, course):
    """Four sessions a week apart; Ahn came, came late, left early and was excused; =Bae was absent."""
    ahn = courses.add_student(db, course, "007", "Ahn")
    bae = courses.add_student(db, course, "-8", "=Bae")
    sessions = [session_on(db, course, BEGIN + timedelta(weeks=week), f"Week {week}") for week in range(4)]
    for session, status in zip(sessions, ("present", "late", "left_early", "excused"), strict=True):
        record(db, session, ahn, status)
        record(db, session, bae, "absent")
    db.commit()
    return sessions


def read_csv(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


class TestGrid:
    def test_days_are_those_of_the_course(self, db, course, term):
        """01:00 UTC on the 2nd is 10:00 in Seoul; 16:00 UTC on the 1st is the 2nd as well."""
        session_on(db, course, datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "Midnight")
        session_on(db, course, datetime(2026, 3, 1, 14, 59, tzinfo=UTC), "Day before")
        db.commit()
        day = date(2026, 3, 2)
        grid = attendance_grid.read(db, course, first=day, last=day)
        assert [session.title for session in grid.sessions] == ["Midnight", "Week 0"]
        assert grid.sessions[1].starts_at.isoformat() == "2026-03-02T10:00:00+09:00"

    def test_the_rate_leaves_excused_sessions_out(self, db, course, term):
        grid = attendance_grid.read(db, course)
        assert {student.name: grid.rate(student) for student in grid.students} == {"Ahn": 1.0, "=Bae": 0.0}

    def test_who_left_is_there_with_what_was_recorded_only(self, db, course, term):
        gone = courses.add_student(db, course, "9", "Never there")
        courses.drop_student(db, course, gone)
        ahn = db.query(Student).filter_by(number="007").one()
        courses.drop_student(db, course, ahn)
        assert [student.name for student in attendance_grid.read(db, course).students] == ["=Bae", "Ahn"]

    def test_a_term_of_a_big_course_is_quick_and_one_query(self, db, course, runtime):
        students = [Student(number=f"{n:05}", name=f"Student {n}") for n in range(150)]
        db.add_all(students)
        sessions = [session_on(db, course, BEGIN + timedelta(days=day)) for day in range(60)]
        db.flush()
        db.add_all(Enrolment(course_id=course.id, student_id=student.id) for student in students)
        for at, session in enumerate(sessions):
            for student in students:
                record(db, session, student, WORDS[(at + student.id) % 5])
        db.commit()
        course = db.merge(course)
        assert course.zone
        export_workbook.roster_workbook("warm", [])  # Importing openpyxl is not what is measured.
        asked = []
        event.listen(runtime.database, "before_cursor_execute", lambda *said: asked.append(said[2]))
        start = time.process_time()  # What else the machine does is not measured.
        grid = attendance_grid.read(db, course)
        workbook = export_workbook.course_workbook([grid])
        took = time.process_time() - start
        assert (len(grid.cells), len([said for said in asked if "enrolment" in said])) == (9000, 1)
        assert load_workbook(io.BytesIO(workbook), read_only=True)["CS101"].max_row >= 153
        assert took < 2.0


class TestCsv:
    def test_a_course_has_a_line_for_each_student_and_session(self, db, course, term):
        heading, *lines = read_csv(exports.course_csv(attendance_grid.read(db, course)))
        assert heading == ["Session", "Starts at", "Number", "Name", "Status", "Recorded at", "Method"]
        assert len(lines) == 8
        assert lines[1][:6] == [
            "Week 0",
            "2026-03-02T10:00+09:00",
            "007",
            "Ahn",
            "Present",
            "2026-03-02T10:01:00+09:00",
        ]
        assert lines[0][2:4] == ["'-8", "'=Bae"]

    def test_korean(self, db, course, term):
        heading, first, *_ = read_csv(exports.course_csv(attendance_grid.read(db, course), "ko"))
        assert (heading[3], first[4]) == ("이름", "결석")

    def test_moodle(self, db, course, term):
        heading, *lines = read_csv(exports.moodle_csv(attendance_grid.read(db, course)))
        assert heading == ["Session", "User", "Status", "Remarks"]
        assert [line for line in lines if line[1] == "007"] == [
            ["2026-03-02 10:00", "007", "P", ""],
            ["2026-03-09 10:00", "007", "L", ""],
            ["2026-03-16 10:00", "007", "L", "left early"],
            ["2026-03-23 10:00", "007", "E", ""],
        ]

    def test_canvas(self, db, course, term):
        courses.add_student(db, course, "10", "Choi")
        heading, points, *lines = read_csv(exports.canvas_csv(attendance_grid.read(db, course)))
        assert heading == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Attendance"]
        assert (points[0], points[5]) == ("    Points Possible", "100")
        assert lines == [
            ["'=Bae", "", "'-8", "", "CS101", "0.0"],
            ["Ahn", "", "007", "", "CS101", "100.0"],
            ["Choi", "", "10", "", "CS101", ""],
        ]


class TestWorkbook:
    def test_dates_are_dates_and_totals_are_formulas(self, db, course, term):
        content = export_workbook.course_workbook([attendance_grid.read(db, course)])
        sheet = load_workbook(io.BytesIO(content))["CS101"]
        assert sheet["C1"].value == datetime(2026, 3, 2)
        assert sheet["C1"].is_date
        assert sheet["C2"].value.hour == 10
        assert [cell.value for cell in sheet[5]][:6] == [
            "007",
            "Ahn",
            "Present",
            "Late",
            "Left early",
            "Excused",
        ]
        assert (sheet["A4"].value, sheet["A4"].data_type) == ("'-8", "s")
        assert (sheet["B4"].value, sheet["B4"].data_type) == ("'=Bae", "s")
        assert sheet["G5"].value == '=COUNTIF($C5:$F5,"Present")'
        assert sheet["L5"].value == '=IFERROR((G5+H5+I5)/(G5+H5+I5+K5),"")'
        assert sheet["C7"].value == '=COUNTIF(C$4:C$5,"Present")'
        assert (sheet["L5"].data_type, sheet["L5"].number_format) == ("f", "0.0%")
        assert sheet.freeze_panes == "C4"

    def test_a_sheet_for_each_course(self, db, course, instructor, term):
        other = courses.create(db, instructor, "CS101", "The same code", "UTC", 10)
        odd = courses.create(db, instructor, "A/B:[x]*" + "y" * 24, "Odd", "UTC", 10)
        grids = [attendance_grid.read(db, one) for one in (course, other, odd)]
        book = load_workbook(io.BytesIO(export_workbook.course_workbook(grids)))
        assert len(book.sheetnames) == 3
        assert book.sheetnames[0] == "CS101"

    def test_one_session(self, db, course, term):
        grid = attendance_grid.read(db, course, session_id=term[0].id)
        sheet = load_workbook(io.BytesIO(export_workbook.session_workbook(grid, "ko"))).active
        assert [cell.value for cell in sheet[1]] == ["학번", "이름", "출결", "기록 시각", "방법"]
        assert sheet["D3"].value == datetime(2026, 3, 2, 10, 1)
        assert sheet["C5"].value == '=COUNTIF(C$2:C$3,"출석")'


ODD = [
    ("1", "Ahn"),
    ("-2", "=1+1"),
    ("007", "+Bae"),
    ("@x", "'=quoted"),
    ("3 4", "O'Neil"),
    ("5", "김, 민준"),
]


class TestRoundTrip:
    @pytest.mark.parametrize("locale", ["en", "ko"])
    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_a_roster_that_comes_back_changes_nothing(self, db, course, instructor, form, locale):
        for number, name in ODD:
            courses.add_student(db, course, number, name)
        students = [(entry.student.number, entry.student.name) for entry in courses.roster(db, course)]
        if form == "csv":
            content = exports.roster_csv(students, locale).encode()
        else:
            content = export_workbook.roster_workbook("CS101", students, locale)
        brought = roster_files.from_file(content)
        draft = roster_drafts.keep(db, course, instructor, brought, source="", whole=True)
        plan = roster_drafts.preview(db, course, draft)
        assert (plan.changes, plan.bad_rows) == (0, [])
        assert len(plan.unchanged) == len(ODD)

    @given(st.text(st.sampled_from("=+-@' \t\raé가1"), max_size=6))
    def test_every_cell_is_harmless_and_comes_back(self, text):
        assert plain(neutral(text)) == text
        assert neutral(text).lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r"}
