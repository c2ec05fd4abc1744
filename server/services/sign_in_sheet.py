"""Sign-in sheets as PDF: who is on the roster, and a line for each signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DAY_LINE = "____ . ____ . ____"


@dataclass(frozen=True)
class Sheet:
    """One sheet: what is written over it."""

    title: str
    day: str = DAY_LINE


def sign_in_sheet(
    course: str, sheets: Sequence[Sheet], students: Sequence[tuple[str, str]], fonts: Path, locale: str = "en"
) -> bytes:
    """A PDF in which every sheet begins on a page of its own.

    :param course: name and code, at the head of every page.
    :param students: number and name of each, in the order of the rows; no name is shortened.
    :param fonts: folder with the font of :mod:`server.fonts`.
    """
    from server.services.sign_in_paper import Paper  # Its library is slow to import, and rarely needed.

    pdf = Paper(course, fonts, locale)
    for sheet in sheets:
        pdf.begin(sheet.title, sheet.day)
        for place, (number, name) in enumerate(students, start=1):
            pdf.student(place, number, name)
    return bytes(pdf.output())
