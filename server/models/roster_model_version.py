"""The versions of a course's roster model."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class RosterModelVersion(Base):
    """One version, in its own folder. Numbers count up within a course; the active one serves."""

    __tablename__ = "roster_model_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        Index("ix_roster_model_version_active", "is_active", "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    """``fitted`` from all photos, ``updated`` from the version before, or an earlier one ``rolled_back``."""
    folder: Mapped[str] = mapped_column(String(200))
    """On the shelf of roster models (``server.services.sealed_shelves``)."""
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    embedder_id: Mapped[str] = mapped_column(String(120))
    contents: Mapped[dict[str, Any]]
    """Label → ids of the templates it was made of: tells what an update has to change."""
    figures: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    is_active: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[datetime | None]
    """When its files were deleted; the figures stay."""
    removed_because: Mapped[str | None] = mapped_column(String(16))
    """``old``, or ``deleted``: it held photos or people that had to be deleted."""
