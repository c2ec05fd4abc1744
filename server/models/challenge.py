"""Questions that only a person who is there can answer, each asked once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class ChallengeKind(StrEnum):
    """What the visitor is asked to do; left and right are the visitor's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"


class Challenge(Base):
    """Asked by the server for one visit of one kiosk to one session; good for seconds, and for one nonce."""

    __tablename__ = "challenge"
    __table_args__ = (CheckConstraint("kind IN ('turn_left', 'turn_right')", name="kind"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id", ondelete="CASCADE"))
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    nonce: Mapped[str | None] = mapped_column(String(36))
    """Of the visit that used it up; the same visit may be sent again."""
