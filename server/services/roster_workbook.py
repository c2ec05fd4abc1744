"""Rosters as XLSX workbooks: the first sheet that holds anything, read within bounds."""

import io
import re
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

from server.exceptions import Invalid
from server.services.damaged_zip import DAMAGED
from server.services.roster_text import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Row

MAX_UNPACKED_BYTES = 40_000_000
MAX_WORKBOOK_BYTES = 6_000_000
MAX_SHEET_BYTES = 3_000_000
"""A sheet's XML, or that of the texts in the cells: 5,000 rows of a dozen cells, read in seconds."""
MAX_OTHER_XML_BYTES = 300_000
"""Styles and the like, whose every element takes far longer."""
_BEFORE_XML = b"\xef\xbb\xbf\xfe\xff \t\r\n"
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z]\w*)")
MAX_ENTRIES = 300
PROLOGUE_BYTES = 4096


def open_archive(content: bytes, unreadable: str) -> ZipFile:
    """A zip that unpacks to no more than it may; its entries' own sizes are what reading stops at.

    :param unreadable: reason for what is no usable zip.
    :raises Invalid: that, or ``roster_archive_too_big``.
    """
    try:
        archive = ZipFile(io.BytesIO(content))
    except DAMAGED as error:
        raise Invalid(unreadable) from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise Invalid("roster_archive_too_big")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Invalid(unreadable)
    return archive


def read_workbook(content: bytes) -> list[Row]:
    """The rows that hold anything.

    :raises Invalid: ``workbook_unreadable``, ``roster_archive_too_big``, ``csv_empty``, ``csv_too_long``.
    """
    from openpyxl import load_workbook  # Slow to import, and rarely needed.

    with open_archive(content, "workbook_unreadable") as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_WORKBOOK_BYTES:
            raise Invalid("roster_archive_too_big")
        _check_parts(archive)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            rows = _rows(sheet)
            if rows:
                return rows
    except Invalid:
        raise
    except Exception as error:  # openpyxl raises whatever a broken workbook makes it stumble over.
        raise Invalid("workbook_unreadable", detail=repr(error)) from error
    raise Invalid("csv_empty")


def _check_parts(archive: ZipFile) -> None:
    """Refuses parts that would take long, and document types: a workbook has none, so one that has wants to
    expand something. Names are not asked: which part is what, other parts say."""
    for entry in archive.infolist():
        try:
            with archive.open(entry) as part:
                prologue = part.read(PROLOGUE_BYTES).replace(b"\0", b"").upper()
        except DAMAGED as error:
            raise Invalid("workbook_unreadable") from error
        if b"<!DOCTYPE" in prologue or b"<!ENTITY" in prologue:
            raise Invalid("workbook_unreadable")
        root = _ROOT.search(prologue)
        limit = MAX_SHEET_BYTES if root and root[1] in {b"WORKSHEET", b"SST"} else MAX_OTHER_XML_BYTES
        if entry.file_size > limit and prologue.lstrip(_BEFORE_XML)[:1] in {b"<", b""}:
            raise Invalid("roster_archive_too_big")


def _rows(sheet: Any) -> list[Row]:
    sheet.reset_dimensions()  # What the sheet says of its own size need not be true.
    rows: list[Row] = []
    for line, values in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append((line, cells))
        if len(rows) > MAX_ROWS or line > 20 * MAX_ROWS:
            raise Invalid("csv_too_long")
    return rows


def _text(value: object) -> str:
    """A cell as somebody reading the sheet says it: whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).strip()[:MAX_CELL]
