"""The forms for a course's settings and its timetable."""

from datetime import date
from zoneinfo import available_timezones

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    Form,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput

from server.models import Course
from server.models.timetable import WEEKDAYS
from server.services.session_rules import A_DAY, MOST_MINUTES_BEFORE, SessionRules
from server.services.timetable import PatternDraft
from server.views.pages.forms import NEEDED

YEARS = range(2000, 2101)
WEEKDAY_WORDS = (_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun"))
MINUTES = _l("Between %(min)d and %(max)d minutes.")


def in_this_century(_form: Form, field: Field) -> None:
    """Refuses days that were surely mistyped."""
    if isinstance(field.data, date) and field.data.year not in YEARS:
        raise ValidationError(gettext("Please check the year."))


class RulesForm(FlaskForm):
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

    check_out = BooleanField(_l("Students check out when they leave"))
    minimum_stay_minutes = IntegerField(
        _l("Minimum stay"),
        [Optional(), NumberRange(0, A_DAY, MINUTES)],
        description=_l("Minutes. Leaving sooner, or without checking out, is leaving early."),
    )

    @property
    def rules(self) -> SessionRules:
        """What was filled in."""
        return SessionRules(
            minutes=self.minutes.data,
            late_after=self.late_after_minutes.data,
            absent_after=self.absent_after_minutes.data,
            opens_before=self.opens_before_minutes.data,
            check_out=self.check_out.data,
            minimum_stay=self.minimum_stay_minutes.data or 0,
        )

    @staticmethod
    def data_of(rules: SessionRules) -> dict[str, int | bool | None]:
        """What to fill in."""
        return {
            "minutes": rules.minutes,
            "late_after_minutes": rules.late_after,
            "absent_after_minutes": rules.absent_after,
            "opens_before_minutes": rules.opens_before,
            "check_out": rules.check_out,
            "minimum_stay_minutes": rules.minimum_stay,
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


class PatternForm(FlaskForm):
    """Sessions that take place every week."""

    title = StringField(
        _l("Title"), [Optional(), Length(max=200)], description=_l("Empty: named after its date.")
    )
    weekdays = SelectMultipleField(
        _l("Days"),
        [InputRequired(_l("Choose at least one day of the week."))],
        choices=[SelectChoice(*day) for day in zip(WEEKDAYS, WEEKDAY_WORDS, strict=True)],
        option_widget=CheckboxInput(),
    )
    starts = TimeField(_l("Start"), [InputRequired(NEEDED)])
    minutes = IntegerField(
        _l("Length"), [InputRequired(NEEDED), NumberRange(1, A_DAY, MINUTES)], description=_l("In minutes.")
    )
    first_day = DateField(_l("First day"), [InputRequired(NEEDED), in_this_century])
    last_day = DateField(_l("Last day"), [InputRequired(NEEDED), in_this_century])

    @property
    def draft(self) -> PatternDraft:
        """What was filled in."""
        return PatternDraft(
            title=self.title.data or "",
            weekdays=self.weekdays.data,
            starts=self.starts.data,
            minutes=self.minutes.data,
            first_day=self.first_day.data,
            last_day=self.last_day.data,
        )


class ExceptionForm(FlaskForm):
    """Days on which the weekly sessions do not take place, or take place on another day."""

    note = StringField(
        _l("What is it?"), [Optional(), Length(max=200)], description=_l("For example Foundation day.")
    )
    first_day = DateField(_l("First day"), [InputRequired(NEEDED), in_this_century])
    last_day = DateField(
        _l("Last day"), [Optional(), in_this_century], description=_l("Empty: this one day.")
    )
    moved_to = DateField(
        _l("Moved to"),
        [Optional(), in_this_century],
        description=_l("Empty: no session. Else that day's sessions take place on this one."),
    )
