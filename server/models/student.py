"""Students, and their consent to be recognised."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now


class Student(Base):
    """A student of the school, known by the number the school gives."""

    __tablename__ = "student"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    consents: Mapped[list["Consent"]] = relationship(
        back_populates="student", cascade="all, delete-orphan", passive_deletes=True
    )


class Consent(Base):
    """A student's agreement to be recognised by face: to which text, who took it down, when, until when."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    text_version: Mapped[str] = mapped_column(String(32))
    given_by: Mapped[str] = mapped_column(String(254))
    """Who recorded it, in words: the instructor's name, or "synthetic" for people who do not exist."""
    given_at: Mapped[datetime] = mapped_column(default=utc_now)
    withdrawn_at: Mapped[datetime | None]

    student: Mapped[Student] = relationship(back_populates="consents")
