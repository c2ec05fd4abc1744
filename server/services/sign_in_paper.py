"""The paper of sign-in sheets: how a page looks, and when the next one begins."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from server.fonts import FONT
from server.services import export_words

logging.getLogger("fontTools").setLevel(logging.ERROR)

MARGIN, ROW, LINE = 16.0, 9.0, 5.2
"""Millimetres, on A4."""
PLACE, NUMBER, NAME = 10.0, 36.0, 62.0
"""Widths of the columns before the signature's, in millimetres."""


class Paper(FPDF):
    """A4 pages with the course at the head, the page's number at the foot, the columns on every page."""

    def __init__(self, course: str, fonts: Path, locale: str) -> None:
        super().__init__(format="A4")
        self._course, self._locale, self._told = course, locale, ""
        self.add_font("Nanum", "", fonts / FONT.name)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self.set_title(course)

    def begin(self, title: str, day: str) -> None:
        """A new sheet."""
        told = " · ".join(part for part in (title, day) if part)
        self._told = told.replace("\u202f", " ")  # The narrow space of English times: the font has none.
        self.add_page()

    def header(self) -> None:
        """Course, session and day, then the columns' headings."""
        self.set_font("Nanum", "", 16)
        self.multi_cell(0, 7.5, self._course, new_x=XPos.LMARGIN, new_y=YPos.NEXT, wrapmode=WrapMode.CHAR)
        self.set_font("Nanum", "", 10.5)
        self.multi_cell(0, 6, self._told, new_x=XPos.LMARGIN, new_y=YPos.NEXT, wrapmode=WrapMode.CHAR)
        self.ln(3)
        self.set_font("Nanum", "", 9.5)
        for width, key in ((PLACE, ""), (NUMBER, "number"), (NAME, "name"), (0, "signature")):
            self.cell(width, 7, export_words.heading(key, self._locale) if key else "")
        self.ln(7)
        self._rule(self.get_y(), 0.4)

    def footer(self) -> None:
        """The page's number, of how many."""
        self.set_y(-MARGIN + 2)
        self.set_font("Nanum", "", 9)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="C")

    def student(self, place: int, number: str, name: str) -> None:
        """A row; as high as the number and the name need."""
        self.set_font("Nanum", "", 11)
        cells = ((NUMBER, self._lines(number, NUMBER)), (NAME, self._lines(name, NAME)))
        height = max(ROW, max(len(lines) for _, lines in cells) * LINE + 3)
        if self.get_y() + height > self.h - MARGIN - 4:
            self.add_page()
            self.set_font("Nanum", "", 11)
        top = self.get_y()
        left = self.l_margin
        self._write(left, top, height, [str(place)])
        left += PLACE
        for width, lines in cells:
            self._write(left, top, height, lines)
            left += width
        self._rule(top + height, 0.15)
        self.set_xy(self.l_margin, top + height)

    def _lines(self, text: str, width: float) -> list[str]:
        told = self.multi_cell(width - 3, LINE, text, dry_run=True, output="LINES", wrapmode=WrapMode.CHAR)
        return cast(list[str], told)

    def _write(self, left: float, top: float, height: float, lines: Sequence[str]) -> None:
        first = top + (height - len(lines) * LINE) / 2
        for at, line in enumerate(lines):
            self.set_xy(left, first + at * LINE)
            self.cell(0, LINE, line)

    def _rule(self, y: float, width: float) -> None:
        self.set_line_width(width)
        self.line(self.l_margin, y, self.w - self.r_margin, y)
