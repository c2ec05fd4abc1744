"""Rosters as XLSX workbooks: the first sheet that holds anything, read within bounds."""

import io
import zipfile
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile, ZipFile

from server.exceptions import Invalid
from server.services.roster_text import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Row

MAX_UNPACKED_BYTES = 40_000_000
MAX_ENTRIES = 300
PROLOGUE_BYTES = 4096


def open_archive(content: bytes, unreadable: str) -> ZipFile:
    """A zip that unpacks to no more than it may; its entries' own sizes are what reading stops at.

    :param unreadable: reason for what is no usable zip.
    :raises Invalid: that, or ``roster_archive_too_big``.
    """
    try:
        archive = ZipFile(io.BytesIO(content))
    except (BadZipFile, ValueError, NotImplementedError) as error:
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
        _refuse_entities(archive)
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


def _refuse_entities(archive: ZipFile) -> None:
    """A workbook has no document type: one that has wants to expand something."""
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            try:
                with archive.open(entry) as part:
                    prologue = part.read(PROLOGUE_BYTES).replace(b"\0", b"").upper()
            except (BadZipFile, zipfile.LargeZipFile, OSError, NotImplementedError, EOFError) as error:
                raise Invalid("workbook_unreadable") from error
            if b"<!DOCTYPE" in prologue or b"<!ENTITY" in prologue:
                raise Invalid("workbook_unreadable")


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
