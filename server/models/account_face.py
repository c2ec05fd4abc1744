"""The face as an account's second factor, encrypted by :mod:`server.services.vault`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class AccountFace(Base):
    """That somebody agreed to it, and how many tries in a row have failed."""

    __tablename__ = "account_face"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    consent_version: Mapped[str] = mapped_column(String(16))
    consented_at: Mapped[datetime] = mapped_column(default=utc_now)
    failures: Mapped[int] = mapped_column(default=0)


class AccountFaceTemplate(Base):
    """What the embedder made of one guided shot; the picture itself is not kept."""

    __tablename__ = "account_face_template"
    __table_args__ = (UniqueConstraint("account_id", "shot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account_face.account_id", ondelete="CASCADE"))
    shot: Mapped[str] = mapped_column(String(16))
    """One of :data:`recognition.guidance.SHOTS`."""
    embedder_id: Mapped[str] = mapped_column(String(120))
    vector_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    """(D,) little-endian float32, encrypted and bound to the account and the embedder."""
    yaw: Mapped[float]
    pitch: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class AccountFaceChallenge(Base):
    """What somebody who signs in with the face is asked to do, once; deleted when answered."""

    __tablename__ = "account_face_challenge"
    __table_args__ = (CheckConstraint("kind IN ('turn_left', 'turn_right')", name="kind"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    """One of :class:`server.models.challenge.ChallengeKind`."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
