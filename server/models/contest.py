"""What a student says against an entry, and what the instructor answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.class_session import ClassSession
from server.models.student import Student


class ContestStatus(StrEnum):
    """Open until it is answered, once."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Contest(Base):
    """One objection to one entry; a student has at most one open for each."""

    __tablename__ = "contest"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'accepted', 'declined')", name="status"),
        Index(
            "uq_contest_open_entry",
            "session_id",
            "student_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_contest_session_student", "session_id", "student_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id", ondelete="CASCADE"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(16), default=ContestStatus.OPEN)
    words: Mapped[str] = mapped_column(String(1000))
    """The student's."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    answer: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    answered_name: Mapped[str | None] = mapped_column(String(120))
    answered_at: Mapped[datetime | None]

    session: Mapped[ClassSession] = relationship()
    student: Mapped[Student] = relationship()
