"""Which columns of a list hold student numbers and names."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from server.exceptions import Invalid
from server.services.roster_text import Row
from server.services.spreadsheet_cells import plain

NUMBER_HEADINGS = {
    "number", "student number", "student no", "student no.", "student id", "studentid", "id", "sis user id",
    "id number", "idnumber", "학번", "번호", "학생 번호", "학생번호",
}  # fmt: skip
NAME_HEADINGS = {
    "name", "student name", "full name", "fullname", "student",
    "이름", "성명", "학생 이름", "학생이름", "학생명",
}  # fmt: skip
GIVEN_HEADINGS = {"first name", "firstname", "given name", "givenname", "forename"}
FAMILY_HEADINGS = {"last name", "lastname", "family name", "familyname", "surname"}


@dataclass(frozen=True)
class Layout:
    """Columns counted from 0.

    :ivar family: column of the family name where the name's column holds the given name only.
    :ivar heading: whether the first row holds headings.
    """

    number: int
    name: int
    family: int | None = None
    heading: bool = True

    def as_json(self) -> dict[str, Any]:
        """As a draft keeps it."""
        return asdict(self)


def recognise(rows: Sequence[Row]) -> Layout | None:
    """The layout that the headings tell; without headings, number and name in the first two of two columns.

    None when somebody has to say.
    """
    headings = [_normal(cell) for cell in rows[0][1]]
    number = _first(headings, NUMBER_HEADINGS)
    if number is not None:
        name = _first(headings, NAME_HEADINGS)
        if name is not None:
            return Layout(number, name)
        given, family = _first(headings, GIVEN_HEADINGS), _first(headings, FAMILY_HEADINGS)
        if given is not None and family is not None:
            return Layout(number, given, family)
    widths = {len([cell for cell in cells if cell]) for _, cells in rows}
    first = rows[0][1]
    starts_with_number = bool(first) and any(character.isdecimal() for character in first[0])
    if max(widths) <= 2 and starts_with_number:
        return Layout(0, 1, heading=False)
    return None


def read(rows: Sequence[Row], layout: Layout) -> list[tuple[int, str, str]]:
    """Line, number and name of each row, as written.

    :raises Invalid: ``roster_columns_invalid`` for columns that are not there, or one for both.
    """
    width = max(len(cells) for _, cells in rows)
    columns = [layout.number, layout.name, *([] if layout.family is None else [layout.family])]
    if len(set(columns)) != len(columns) or not all(0 <= column < width for column in columns):
        raise Invalid("roster_columns_invalid")
    found = []
    for line, cells in rows[1:] if layout.heading else rows:
        name = _cell(cells, layout.name)
        if layout.family is not None:
            name = full_name(name, _cell(cells, layout.family))
        found.append((line, _cell(cells, layout.number), name))
    return found


def full_name(given: str, family: str) -> str:
    """Both parts as the name is said: family name first and without a space when it is Korean."""
    if re.fullmatch("[가-힣]+", given) and re.fullmatch("[가-힣]+", family):
        return family + given
    return f"{given} {family}".strip()


def _cell(cells: list[str], at: int) -> str:
    return plain(cells[at]) if at < len(cells) else ""


def _first(headings: list[str], known: set[str]) -> int | None:
    return next((at for at, heading in enumerate(headings) if heading in known), None)


def _normal(heading: str) -> str:
    return " ".join(heading.replace("_", " ").split()).lower()
