"""What somebody brought as a roster: pasted text, CSV, XLSX, OneRoster, told apart by content."""

from dataclasses import dataclass, field
from typing import Any

from server.exceptions import Invalid
from server.services import oneroster_import, roster_columns, roster_text, roster_workbook
from server.services.oneroster_import import SchoolClass
from server.services.roster_columns import Layout
from server.services.roster_text import Row

MAX_BYTES = 8 * 1024 * 1024
ZIP_START = b"PK\x03\x04"


NUMBER_AND_NAME = Layout(0, 1, heading=False)
"""How the rows of a class are laid out."""


@dataclass(frozen=True)
class Brought:
    """Rows as they were read; of a bundle with several classes, those of each until one is chosen."""

    rows: list[Row] = field(default_factory=list)
    classes: list[SchoolClass] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As a draft keeps it."""
        return {
            "rows": [[line, cells] for line, cells in self.rows],
            "classes": [[one.title, [[line, cells] for line, cells in one.rows]] for one in self.classes],
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Brought":
        """As a draft gives it back."""
        return cls(
            [(line, cells) for line, cells in content["rows"]],
            [
                SchoolClass(title, [(line, cells) for line, cells in rows])
                for title, rows in content["classes"]
            ],
        )

    def layout(self) -> Layout | None:
        """Which columns mean what, where the list itself tells."""
        if self.classes:
            return NUMBER_AND_NAME if self.rows else None
        return roster_columns.recognise(self.rows)

    def of_class(self, place: int) -> "Brought":
        """The rows of one of the classes.

        :raises Invalid: ``roster_class_invalid``; ``csv_empty`` for a class without students.
        """
        if not 0 <= place < len(self.classes):
            raise Invalid("roster_class_invalid")
        if not self.classes[place].rows:
            raise Invalid("csv_empty")
        return Brought(self.classes[place].rows, self.classes)


def from_text(text: str) -> Brought:
    """A pasted list.

    :raises Invalid: ``csv_empty``, ``csv_too_long``, ``csv_unreadable``.
    """
    return Brought(roster_text.read_rows(text))


def from_file(content: bytes) -> Brought:
    """A file's content.

    :raises Invalid: as :func:`from_text`; ``workbook_unreadable``, ``roster_archive_too_big``; what
        :func:`~server.services.oneroster_import.read_bundle` raises.
    """
    if len(content) > MAX_BYTES:
        raise Invalid("csv_too_long")
    if content.startswith(ZIP_START):
        with roster_workbook.open_archive(content, "workbook_unreadable") as archive:
            bundled = oneroster_import.is_bundle(archive)
        if bundled:
            found = Brought(classes=oneroster_import.read_bundle(content))
            return found.of_class(0) if len(found.classes) == 1 else found
        return Brought(roster_workbook.read_workbook(content))
    return from_text(roster_text.decode(content))
