"""The forms for a course's settings and its timetable."""

from datetime import date
from zoneinfo import available_timezones

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, Form, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from server.models import Course
from server.services.session_rules import A_DAY, MOST_MINUTES_BEFORE, SessionRules
from server.views.pages.forms import NEEDED

YEARS = range(2000, 2101)
MINUTES = _l("Between %(min)d and %(max)d minutes.")


def in_this_century(_form: Form, field: Field) -> None:
    """Refuses days that were surely mistyped."""
    if isinstance(field.data, date) and field.data.year not in YEARS:
        raise ValidationError(gettext("Please check the year."))


class RulesForm(FlaskForm):  # type: ignore[misc]
    """The times that sessions keep to."""

    minutes = IntegerField(
        _l("Length"), [InputRequired(NEEDED), NumberRange(1, A_DAY, MINUTES)], description=_l("In minutes.")
    )
    opens_before_minutes = IntegerField(
        _l("Check-in opens"),
        [InputRequired(NEEDED), NumberRange(0, MOST_MINUTES_BEFORE, MINUTES)],
        description=_l("Minutes before the start."),
    )
    late_after_minutes = IntegerField(
        _l("Late after"),
        [InputRequired(NEEDED), NumberRange(0, A_DAY, MINUTES)],
        description=_l("Minutes from the start."),
    )
    absent_after_minutes = IntegerField(
        _l("Absent after"),
        [Optional(), NumberRange(1, A_DAY, MINUTES)],
        description=_l("Minutes from the start. Empty: whoever comes is at worst late."),
    )

    @property
    def rules(self) -> SessionRules:
        """What was filled in."""
        return SessionRules(
            minutes=self.minutes.data,
            late_after=self.late_after_minutes.data,
            absent_after=self.absent_after_minutes.data,
            opens_before=self.opens_before_minutes.data,
        )

    @staticmethod
    def data_of(rules: SessionRules) -> dict[str, int | bool | None]:
        """What to fill in."""
        return {
            "minutes": rules.minutes,
            "late_after_minutes": rules.late_after,
            "absent_after_minutes": rules.absent_after,
            "opens_before_minutes": rules.opens_before,
        }


class SettingsForm(RulesForm):
    """What is set for a course."""

    code = StringField(_l("Code"), [InputRequired(NEEDED), Length(max=32)])
    name = StringField(_l("Name"), [InputRequired(NEEDED), Length(max=200)])
    time_zone = SelectField(_l("Time zone"))
    term_name = StringField(
        _l("Term"), [Optional(), Length(max=100)], description=_l("For example Spring 2027.")
    )
    term_first_day = DateField(_l("First day"), [Optional(), in_this_century])
    term_last_day = DateField(_l("Last day"), [Optional(), in_this_century])

    def __init__(self, course: Course) -> None:
        values = {
            "code": course.code,
            "name": course.name,
            "time_zone": course.time_zone,
            "term_name": course.term_name,
            "term_first_day": course.term_first_day,
            "term_last_day": course.term_last_day,
        }
        super().__init__(data=values | self.data_of(SessionRules.of_course(course)))
        zones = {name for name in available_timezones() if "/" in name}
        self.time_zone.choices = sorted(zones | {"UTC", course.time_zone})


class SessionForm(RulesForm):
    """One planned session."""

    title = StringField(
        _l("Title"), [Optional(), Length(max=200)], description=_l("Empty: named after its date.")
    )
    day = DateField(_l("Day"), [InputRequired(NEEDED), in_this_century])
    at = TimeField(_l("Start"), [InputRequired(NEEDED)])
