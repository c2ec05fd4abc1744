"""Who was there: at most one row for a student and a session."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.check_in import CheckIn
from server.models.student import Student


class AttendanceStatus(StrEnum):
    """What is recorded of a student."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"
    LEFT_EARLY = "left_early"


class AttendanceMethod(StrEnum):
    """How it came to be recorded. Absences filled in at closing have none."""

    FACE = "face"
    CARD = "card"
    PHONE = "phone"
    PIN = "pin"
    ROLL_CALL = "roll_call"
    MANUAL = "manual"


class Attendance(Base):
    """What is recorded of one student in one session."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("session_id", "student_id"),
        CheckConstraint("status IN ('present', 'late', 'absent', 'excused', 'left_early')", name="status"),
        CheckConstraint("method IN ('face', 'card', 'phone', 'pin', 'roll_call', 'manual')", name="method"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id", ondelete="CASCADE"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    method: Mapped[str | None] = mapped_column(String(16))
    check_in_id: Mapped[str | None] = mapped_column(ForeignKey("check_in.id", ondelete="SET NULL"))
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)
    left_at: Mapped[datetime | None]
    """When the student checked out, where a course asks for it."""

    score: Mapped[float | None]
    """Similarity of the face to the templates, 0 to 1, for a face check-in."""
    challenged: Mapped[bool | None]
    """False: a face check-in that could not be challenged (kept while the server was away); see CheckIn."""

    unconfirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Recognised in a kept visit: nobody could be asked "is this you?"."""

    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """Why it was recorded so, in somebody's words: of an excuse or a correction."""

    student: Mapped[Student] = relationship()
    check_in: Mapped[CheckIn | None] = relationship()

    @property
    def came(self) -> bool:
        """Whether the student arrived: in time, late, or so late that it counts as absent."""
        if self.status == AttendanceStatus.ABSENT:
            return self.method not in (None, AttendanceMethod.MANUAL)
        return self.status in (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
