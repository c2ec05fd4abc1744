"""The times that a session keeps to: a course has its own, and a session may differ."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.exceptions import Invalid
from server.models import ClassSession, Course

A_DAY = 24 * 60
MOST_MINUTES_BEFORE = 4 * 60


@dataclass(frozen=True)
class SessionRules:
    """All in minutes.

    :ivar minutes: how long a session is.
    :ivar late_after: from the start; an arrival from then on is late.
    :ivar absent_after: from the start; an arrival from then on counts as absent. None: never.
    :ivar opens_before: how long before the start the session opens.
    :ivar check_out: whether a second visit is recorded as leaving.
    :ivar minimum_stay: leaving sooner is leaving early; only with ``check_out``.
    """

    minutes: int
    late_after: int
    absent_after: int | None
    opens_before: int
    check_out: bool = False
    minimum_stay: int = 0

    @classmethod
    def of_course(cls, course: Course) -> "SessionRules":
        """What a course's sessions keep to unless they say otherwise."""
        return cls(
            minutes=course.session_minutes,
            late_after=course.late_after_minutes,
            absent_after=course.absent_after_minutes,
            opens_before=course.opens_before_minutes,
            check_out=course.check_out,
            minimum_stay=course.minimum_stay_minutes,
        )

    @classmethod
    def of_session(cls, session: ClassSession) -> "SessionRules":
        """What a session keeps to; where it has none of its own, its course's."""
        opens_at = session.opens_at
        before = None if opens_at is None else int((session.starts_at - opens_at).total_seconds() // 60)
        return cls(
            minutes=session.minutes or session.course.session_minutes,
            late_after=session.late_after_minutes,
            absent_after=session.absent_after_minutes,
            opens_before=session.course.opens_before_minutes if before is None else before,
            check_out=session.check_out,
            minimum_stay=session.minimum_stay_minutes,
        )

    def lasting(self, minutes: int) -> "SessionRules":
        """The same for a session of another length."""
        return replace(self, minutes=minutes)

    def check(self) -> None:
        """Refuses what cannot be.

        :raises Invalid: ``session_minutes_invalid``, ``late_after_invalid``, ``absent_after_invalid`` (also
            when it is before late), ``opens_before_invalid``, ``minimum_stay_invalid``.
        """
        if not 1 <= self.minutes <= A_DAY:
            raise Invalid("session_minutes_invalid")
        if not 0 <= self.late_after <= A_DAY:
            raise Invalid("late_after_invalid")
        if self.absent_after is not None and not max(1, self.late_after) <= self.absent_after <= A_DAY:
            raise Invalid("absent_after_invalid")
        if not 0 <= self.opens_before <= MOST_MINUTES_BEFORE:
            raise Invalid("opens_before_invalid")
        if not 0 <= self.minimum_stay <= A_DAY:
            raise Invalid("minimum_stay_invalid")

    def give_to_course(self, course: Course) -> None:
        """Makes them the course's."""
        course.session_minutes = self.minutes
        course.late_after_minutes = self.late_after
        course.absent_after_minutes = self.absent_after
        course.opens_before_minutes = self.opens_before
        course.check_out, course.minimum_stay_minutes = self.check_out, self.minimum_stay

    def give_to(self, session: ClassSession, starts_at: datetime) -> None:
        """Makes them a session's that starts then."""
        session.starts_at = starts_at
        session.ends_at = starts_at + timedelta(minutes=self.minutes)
        session.opens_at = starts_at - timedelta(minutes=self.opens_before)
        session.late_after_minutes = self.late_after
        session.absent_after_minutes = self.absent_after
        session.check_out, session.minimum_stay_minutes = self.check_out, self.minimum_stay
