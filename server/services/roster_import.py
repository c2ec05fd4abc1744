"""Rosters from CSV text."""

import csv
import io
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Invalid
from server.models import Course, Student
from server.services import courses

MAX_ROWS = 5000
MAX_CHARACTERS = 2_000_000
NUMBER_HEADINGS = {"number", "student number", "student no", "student id", "id", "학번", "번호"}
NAME_HEADINGS = {"name", "student name", "full name", "이름", "성명"}


@dataclass(frozen=True)
class BadRow:
    """A row that was left out.

    :ivar line: counted from 1, as a spreadsheet shows it.
    :ivar reason: enumerated code.
    """

    line: int
    reason: str
    text: str


@dataclass
class ImportResult:
    """What an import did."""

    added: int = 0
    already_enrolled: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)


def add_students_csv(db: Session, course: Course, text: str) -> ImportResult:
    """Enrols everybody of a CSV with the columns number and name, in one transaction.

    The first line may be a heading (English or Korean); without one the columns are number, name. Comma,
    semicolon and tab are understood. A bad row is reported and left out; the others count.

    :raises Invalid: ``csv_empty``, ``csv_too_long``, ``csv_unreadable``.
    """
    rows = _read(text)
    result = ImportResult()
    with writing(db):
        known = {found.number: found for found in db.scalars(select(Student))} if len(rows) > 200 else None
        for line, row in rows:
            try:
                number, name = courses.check_student(*row)
            except Invalid as error:
                result.bad_rows.append(BadRow(line, error.reason, ", ".join(row)))
                continue
            if known is None:
                student = db.scalar(select(Student).where(Student.number == number))
            else:
                student = known.get(number)
            if student is None:
                student = Student(number=number, name=name, is_demo=course.is_demo)
                db.add(student)
                db.flush()
                if known is not None:
                    known[number] = student
            elif student.name != name:
                result.bad_rows.append(BadRow(line, "student_number_taken", ", ".join(row)))
                continue
            if courses.enrol(db, course, student):
                result.added += 1
            else:
                result.already_enrolled += 1
    return result


def _read(text: str) -> list[tuple[int, tuple[str, str]]]:
    """Line numbers with number and name, the heading taken off."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise Invalid("csv_empty")
    if len(text) > MAX_CHARACTERS or "\0" in text:
        raise Invalid("csv_too_long" if "\0" not in text else "csv_unreadable")
    first_line = text.lstrip().splitlines()[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise Invalid("csv_unreadable") from error
    if len(rows) > MAX_ROWS:
        raise Invalid("csv_too_long")
    number_at, name_at = 0, 1
    headings = [cell.strip().lower() for cell in rows[0][1]]
    if NUMBER_HEADINGS & set(headings) and NAME_HEADINGS & set(headings):
        number_at = next(i for i, heading in enumerate(headings) if heading in NUMBER_HEADINGS)
        name_at = next(i for i, heading in enumerate(headings) if heading in NAME_HEADINGS)
        rows = rows[1:]
    return [(line, (_cell(row, number_at), _cell(row, name_at))) for line, row in rows]


def _cell(row: list[str], at: int) -> str:
    return row[at] if at < len(row) else ""
