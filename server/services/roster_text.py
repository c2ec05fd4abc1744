"""Rosters as text: decoding, and cutting into cells."""

import csv
import io

from server.exceptions import Invalid

MAX_CHARACTERS = 2_000_000
MAX_ROWS = 5000
MAX_COLUMNS = 50
MAX_CELL = 500

Row = tuple[int, list[str]]
"""A line's number, counted from 1 as a spreadsheet shows it, and its cells."""


def decode(content: bytes) -> str:
    """Text in UTF-8, UTF-16 (with or without byte order mark) or CP949, which Korean Excel writes.

    :raises Invalid: ``csv_unreadable``.
    """
    for encoding in (_utf16(content), "utf-8-sig", "cp949"):
        if encoding is not None:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise Invalid("csv_unreadable")


def _utf16(content: bytes) -> str | None:
    """Which UTF-16 it is, if any: by its mark, or by the zeros that digits and commas have in one place."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(content) % 2 or b"\0" not in content:
        return None
    return "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"


def read_rows(text: str) -> list[Row]:
    """The rows that hold anything. Comma, semicolon and tab are understood.

    :raises Invalid: ``csv_empty``, ``csv_too_long``, ``csv_unreadable``.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise Invalid("csv_empty")
    if "\0" in text:
        raise Invalid("csv_unreadable")
    if len(text) > MAX_CHARACTERS:
        raise Invalid("csv_too_long")
    first_line = text.lstrip().splitlines()[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip()[:MAX_CELL] for cell in cells[:MAX_COLUMNS]]))
            if len(rows) > MAX_ROWS:
                raise Invalid("csv_too_long")
    except csv.Error as error:
        raise Invalid("csv_unreadable") from error
    return rows
