"""Personal links: what a student may do without an account, in one course, for a while."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.course import Course
from server.models.student import Student


class LinkPurpose(StrEnum):
    """What a link is good for; for nothing else."""

    ATTENDANCE = "attendance"
    ENROLMENT = "enrolment"


class StudentLink(Base):
    """A link to one student's own page of one course; only its token's hash is kept."""

    __tablename__ = "student_link"
    __table_args__ = (
        CheckConstraint("purpose IN ('attendance', 'enrolment')", name="purpose"),
        Index("ix_student_link_course_student", "course_id", "student_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    student: Mapped[Student] = relationship()
    course: Mapped[Course] = relationship()
