"""A student's photos and templates, encrypted by :mod:`server.services.vault`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class FacePhoto(Base):
    """An enrolment photo that passed: re-encoded, so without its metadata, then encrypted."""

    __tablename__ = "face_photo"
    __table_args__ = (UniqueConstraint("student_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the upload, in hex: the same file is taken once."""
    image_encrypted: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """JPEG, encrypted. Loaded only when asked for."""
    quality: Mapped[dict[str, Any]]
    shot: Mapped[str | None] = mapped_column(String(16))
    """Which guided shot it is, one of :data:`recognition.guidance.SHOTS`; none for an upload."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class FaceTemplate(Base):
    """What one embedder made of one photo."""

    __tablename__ = "face_template"
    __table_args__ = (UniqueConstraint("photo_id", "embedder_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("face_photo.id", ondelete="CASCADE"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    embedder_id: Mapped[str] = mapped_column(String(120))
    vector_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    """(D,) little-endian float32, encrypted and bound to the student and the embedder."""
