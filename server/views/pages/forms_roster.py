"""The forms of the roster's pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import Optional

from server.services.roster_text import Row


class RosterForm(FlaskForm):
    """Many students: pasted, or as a file."""

    text = TextAreaField(
        _l("Student numbers and names"),
        [Optional()],
        description=_l("One student a line: number, name. Cells copied from a spreadsheet are fine."),
    )
    file = FileField(_l("or a file"), [Optional()], description=_l("CSV, Excel (XLSX) or a OneRoster zip."))
    whole = BooleanField(_l("This list is the whole roster: whoever is not on it leaves the course"))


class ColumnsForm(FlaskForm):
    """Which columns of a list hold what."""

    number = SelectField(_l("Student number"), coerce=int)
    name = SelectField(_l("Name"), coerce=int)
    family = SelectField(_l("Family name, if it has a column of its own"), coerce=int)
    heading = BooleanField(_l("The first row holds headings"))

    def offer(self, rows: list[Row]) -> "ColumnsForm":
        """Offers the columns of these rows, each by its number and its first cell."""
        width = max(len(cells) for _, cells in rows)
        first = rows[0][1]
        titles = [*first, *[""] * (width - len(first))]
        columns = [(at, f"{at + 1}: {title}".removesuffix(": ")) for at, title in enumerate(titles)]
        self.number.choices = self.name.choices = columns
        self.family.choices = [(-1, "–"), *columns]
        return self
