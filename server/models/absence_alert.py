"""When instructors are told of absences, and what they were sent."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class AbsenceAlertRule(Base):
    """A course's rule; without one nobody is told anything."""

    __tablename__ = "absence_alert_rule"
    __table_args__ = (CheckConstraint('"after" BETWEEN 1 AND 50', name="after"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    after: Mapped[int]
    """So many absences in a row raise an alert."""
    by_mail: Mapped[bool]
    digest: Mapped[bool]
    """Whether instructors get a mail about the absences of each day with sessions."""


class SentMail(Base):
    """That an account was sent something, so that it is not sent again."""

    __tablename__ = "sent_mail"
    __table_args__ = (UniqueConstraint("account_id", "subject_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    subject_key: Mapped[str] = mapped_column(String(120))
    """What it was about, such as ``streak:7:31:205``: course, student, first session missed."""
    sent_at: Mapped[datetime] = mapped_column(default=utc_now)
