"""Ways in without a face: passes (a printed card, a phone) and PINs."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.student import Student


class PassKind(StrEnum):
    """A card's code never changes; a phone's does every few seconds."""

    CARD = "card"
    PHONE = "phone"


class StudentPass(Base):
    """What shows a student's QR code; at most one of each kind is in use."""

    __tablename__ = "student_pass"
    __table_args__ = (CheckConstraint("kind IN ('card', 'phone')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of what the card shows, or of the link by which a phone becomes the student's."""
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The card's token, so that it can be printed again; the secret that the phone's codes are made with."""
    device_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of the cookie of the one phone that opened the link."""
    last_step: Mapped[int | None]
    """The newest rotating code that was used: none is taken twice."""
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    revoked_at: Mapped[datetime | None]

    student: Mapped[Student] = relationship()


class StudentPin(Base):
    """A student's PIN, hashed, and the wrong tries since the last right one."""

    __tablename__ = "student_pin"

    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), primary_key=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    set_at: Mapped[datetime] = mapped_column(default=utc_now)

    student: Mapped[Student] = relationship()
