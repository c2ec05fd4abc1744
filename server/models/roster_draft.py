"""Rosters that were read and are looked at before anything is taken over."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class RosterDraft(Base):
    """A list somebody brought for a course, and which of its columns mean what."""

    __tablename__ = "roster_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(200))
    """The file's name; empty for a pasted list."""
    content: Mapped[dict[str, Any]]
    """What was read: :class:`server.services.roster_files.Brought` as JSON."""
    layout: Mapped[dict[str, Any] | None]
    """Which columns hold number and name; none while nobody has said."""
    whole: Mapped[bool]
    """Whether the list is the whole roster, so that whoever is missing is dropped."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
