"""One visit to a kiosk: what was decided, and what the student answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.kiosk import Kiosk


class CheckInStatus(StrEnum):
    """``final`` visits wait for nothing; a match waits for its answer, for a minute."""

    AWAITING_ANSWER = "awaiting_answer"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    FINAL = "final"


class CheckIn(Base):
    """One visit. Its nonce is unique: sending it again gives the stored answer and changes nothing."""

    __tablename__ = "check_in"
    __table_args__ = (
        CheckConstraint(
            "status IN ('awaiting_answer', 'accepted', 'discarded', 'expired', 'final')", name="status"
        ),
        Index("ix_check_in_session_created", "session_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(36), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id", ondelete="CASCADE"))
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id", ondelete="SET NULL"))
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    method: Mapped[str] = mapped_column(String(16), default="face", server_default="face")
    """How the student showed who they are: as :class:`~server.models.attendance.AttendanceMethod`."""
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(32))
    problems: Mapped[list[str]]
    score: Mapped[float | None]
    margin: Mapped[float | None]
    threshold: Mapped[float | None]
    """What the score had to reach, by the model that decided."""
    masked: Mapped[bool | None]
    """Whether a mask was worn; None where no face was seen well enough to tell."""
    gesture: Mapped[dict[str, Any] | None]
    """What the kiosk's gesture reader reported, as sent."""
    challenged: Mapped[bool | None]
    """Whether the visitor answered a challenge; None where none is asked (policy, demo class)."""
    captured_at: Mapped[datetime]
    """By the kiosk's clock, for the record; a rule trusts it for kept visits only, within limits."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it happened, by the server's clock; a kept visit by the kiosk's, corrected by the server's."""
    received_at: Mapped[datetime | None]
    """When a visit arrived that a kiosk had kept while the server was away; none for all others."""
    expires_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    http_status: Mapped[int]
    response: Mapped[dict[str, Any]]
    """The answer's body without the student's name, which is read anew for a repeated request."""
    answer: Mapped[str | None] = mapped_column(String(1))
    answer_response: Mapped[dict[str, Any] | None]

    kiosk: Mapped[Kiosk | None] = relationship()

    @property
    def kept(self) -> bool:
        """Whether a kiosk kept it while the server was away."""
        return self.received_at is not None
