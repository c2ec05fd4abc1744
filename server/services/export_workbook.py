"""Attendance and rosters as XLSX: dates as dates, numbers as numbers, totals as formulas."""

import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from server.services import export_words
from server.services.attendance_grid import Grid
from server.services.one_line import one_line
from server.services.spreadsheet_cells import neutral

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

DATE, TIME, MOMENT, TEXT, PERCENT = "yyyy-mm-dd", "hh:mm", "yyyy-mm-dd hh:mm:ss", "@", "0.0%"
HEADING_ROWS = 3
"""Of a course's sheet: day, time and title of each session."""


def course_workbook(grids: Sequence[Grid], locale: str = "en") -> bytes:
    """A sheet for each course: students down, sessions across, how often which status as COUNTIF formulas."""
    book = _new_book()
    for grid in grids:
        _course_sheet(_new_sheet(book, grid.course.code), grid, locale)
    return _saved(book)


def session_workbook(grid: Grid, locale: str = "en") -> bytes:
    """One session: number, name, status, time and method of each student, and how often which status."""
    book = _new_book()
    sheet = _new_sheet(book, grid.course.code)
    words = export_words.statuses(locale)
    keys = ("number", "name", "status", "recorded_at", "method")
    _fill(sheet, 1, [export_words.heading(key, locale) for key in keys])
    for row, student in enumerate(grid.students, start=2):
        cell = grid.cell(student, grid.sessions[0]) if grid.sessions else None
        _fill(sheet, row, [student.number, student.name])
        sheet.cell(row, 1).number_format = TEXT
        if cell is not None:
            at = cell.recorded_at.replace(tzinfo=None, microsecond=0)
            method = export_words.method_of(cell, locale)
            _fill(sheet, row, [words.get(cell.status, cell.status), at, method], column=3)
            sheet.cell(row, 4).number_format = MOMENT
    last = max(2, len(grid.students) + 1)
    for row, word in enumerate(words.values(), start=last + 2):
        _fill(sheet, row, [word])
        sheet.cell(row, 3, f'=COUNTIF(C$2:C${last},"{word}")')
    _finish(sheet, headings=1, widths=[16, 24, 14, 20, 20], frozen="C2")
    return _saved(book)


def roster_workbook(code: str, students: Iterable[tuple[str, str]], locale: str = "en") -> bytes:
    """Numbers and names, in the form that the import of rosters understands."""
    book = _new_book()
    sheet = _new_sheet(book, code)
    _fill(sheet, 1, [export_words.heading("number", locale), export_words.heading("name", locale)])
    for row, student in enumerate(students, start=2):
        _fill(sheet, row, student)
        sheet.cell(row, 1).number_format = TEXT
    _finish(sheet, headings=1, widths=[16, 24], frozen="A2")
    return _saved(book)


def _course_sheet(sheet: "Worksheet", grid: Grid, locale: str) -> None:
    from openpyxl.utils import get_column_letter

    words = export_words.statuses(locale)
    _fill(sheet, HEADING_ROWS, [export_words.heading("number", locale), export_words.heading("name", locale)])
    for column, session in enumerate(grid.sessions, start=3):
        local = session.starts_at.replace(tzinfo=None)
        sheet.cell(1, column, local.date()).number_format = DATE
        sheet.cell(2, column, local.time().replace(second=0, microsecond=0)).number_format = TIME
        _fill(sheet, 3, [session.title], column=column)
    totals = len(grid.sessions) + 3
    _fill(sheet, HEADING_ROWS, [*words.values(), export_words.heading("rate", locale)], column=totals)
    first, last = HEADING_ROWS + 1, HEADING_ROWS + max(1, len(grid.students))
    begin, end = get_column_letter(3), get_column_letter(max(3, totals - 1))
    places = {code: get_column_letter(totals + at) for at, code in enumerate(words)}
    for row, student in enumerate(grid.students, start=first):
        _fill(sheet, row, [student.number, student.name])
        sheet.cell(row, 1).number_format = TEXT
        for column, session in enumerate(grid.sessions, start=3):
            cell = grid.cell(student, session)
            if cell is not None:
                sheet.cell(row, column, words.get(cell.status, cell.status))
        if grid.sessions:
            for at, word in enumerate(words.values()):
                sheet.cell(row, totals + at, f'=COUNTIF(${begin}{row}:${end}{row},"{word}")')
            came = "+".join(f"{places[code]}{row}" for code in ("present", "late", "left_early"))
            rate = sheet.cell(
                row, totals + len(words), f'=IFERROR(({came})/({came}+{places["absent"]}{row}),"")'
            )
            rate.number_format = PERCENT
    for at, word in enumerate(words.values()):
        row = last + 2 + at
        _fill(sheet, row, [word], column=2)
        for column in range(3, totals):
            letter = get_column_letter(column)
            sheet.cell(row, column, f'=COUNTIF({letter}${first}:{letter}${last},"{word}")')
    widths = [16, 24, *[13] * len(grid.sessions), *[12] * len(words), 16]
    _finish(sheet, headings=HEADING_ROWS, widths=widths, frozen=f"C{first}")


def _new_book() -> "Workbook":
    from openpyxl import Workbook  # Slow to import, and rarely needed.

    book = Workbook()
    book.remove(book.active)
    return book


def _new_sheet(book: "Workbook", title: str) -> "Worksheet":
    """A sheet by this title, as far as Excel allows it; a second one of the same title gets a number."""
    return book.create_sheet(re.sub(r"[\[\]:*?/\\']", "-", one_line(title))[:28] or "-")


def _fill(sheet: "Worksheet", row: int, values: Iterable[Any], column: int = 1) -> None:
    """Writes cells side by side; text never becomes a formula."""
    for at, value in enumerate(values, start=column):
        cell = sheet.cell(row, at, neutral(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            cell.data_type = "s"


def _finish(sheet: "Worksheet", *, headings: int, widths: Sequence[int], frozen: str) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for row in sheet.iter_rows(min_row=1, max_row=headings):
        for cell in row:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(horizontal="left")
    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = frozen


def _saved(book: "Workbook") -> bytes:
    if not book.worksheets:
        _new_sheet(book, "-")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
