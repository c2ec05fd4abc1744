"""Attendance as CSV: for spreadsheets, for Moodle and for Canvas."""

import csv
import io
from collections.abc import Iterable

from sqlalchemy.orm import Session

from server.models import ClassSession
from server.services import attendance, export_words
from server.services.attendance_grid import Grid
from server.services.spreadsheet_cells import neutral

BYTE_ORDER_MARK = "\ufeff"
MOODLE_ACRONYMS = {"present": "P", "late": "L", "left_early": "L", "excused": "E", "absent": "A"}
"""Those that Moodle's attendance activity starts with; it has none for leaving early."""
CANVAS_POINTS = 100


def session_csv(db: Session, session: ClassSession, locale: str = "en") -> str:
    """One session's roster: UTF-8 with a byte order mark, CRLF, times by the course's clock (ISO 8601).

    Cells that a spreadsheet would take for a formula are prefixed with an apostrophe.
    """
    keys = ("number", "name", "status", "recorded_at", "method")
    words = export_words.statuses(locale) if locale != "en" else {}
    zone = session.course.zone
    rows = [[export_words.heading(key, locale) for key in keys]]
    for entry in attendance.live_roster(db, session):
        at = entry.recorded_at.astimezone(zone).isoformat(timespec="seconds") if entry.recorded_at else ""
        status = words.get(entry.status or "", entry.status or "")
        method = export_words.method(entry.method, entry.unconfirmed, locale)
        rows.append([entry.student.number, entry.student.name, status, at, method])
    return BYTE_ORDER_MARK + _written(rows)


def course_csv(grid: Grid, locale: str = "en") -> str:
    """A course over a range of dates: a line for each student and session; form as :func:`session_csv`."""
    keys = ("session", "starts_at", "number", "name", "status", "recorded_at", "method")
    words = export_words.statuses(locale)
    rows = [[export_words.heading(key, locale) for key in keys]]
    for session in grid.sessions:
        at = session.starts_at.isoformat(timespec="minutes")
        for student in grid.students:
            cell = grid.cell(student, session)
            told = ["", "", ""]
            if cell is not None:
                recorded = cell.recorded_at.isoformat(timespec="seconds")
                told = [words.get(cell.status, cell.status), recorded, export_words.method_of(cell, locale)]
            rows.append([session.title, at, student.number, student.name, *told])
    return BYTE_ORDER_MARK + _written(rows)


def moodle_csv(grid: Grid) -> str:
    """What Moodle's attendance activity imports: session, user (ID number), status, remarks.

    Its import of several sessions finds a session by date and time; its import of one session asks for the
    user's and the status' column. Students nothing is recorded of are left out.
    """
    rows = [["Session", "User", "Status", "Remarks"]]
    for session in grid.sessions:
        at = session.starts_at.strftime("%Y-%m-%d %H:%M")
        for student in grid.students:
            cell = grid.cell(student, session)
            if cell is not None:
                remark = "left early" if cell.status == "left_early" else ""
                rows.append([at, student.number, MOODLE_ACRONYMS[cell.status], remark])
    return _written(rows)


def canvas_csv(grid: Grid) -> str:
    """What Canvas' gradebook imports: one assignment of 100 points, the percentage of sessions attended.

    Students are known by their SIS user ID, the student number; who has no session to count has no score.
    """
    rows: list[list[str | int | float]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Attendance"],
        ["    Points Possible", "", "", "", "", CANVAS_POINTS],
    ]
    for student in grid.students:
        rate = grid.rate(student)
        score = "" if rate is None else round(rate * CANVAS_POINTS, 2)
        rows.append([student.name, "", student.number, "", grid.course.code, score])
    return _written(rows)


def roster_csv(students: Iterable[tuple[str, str]], locale: str = "en") -> str:
    """Numbers and names, in the form that the import of rosters understands."""
    rows = [[export_words.heading("number", locale), export_words.heading("name", locale)]]
    rows += [[number, name] for number, name in students]
    return BYTE_ORDER_MARK + _written(rows)


def _written(rows: Iterable[Iterable[str | int | float]]) -> str:
    """The rows with CRLF. Text is made harmless; numbers stay numbers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()
