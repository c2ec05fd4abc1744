"""Backups that were made, and what must not come back with them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class Backup(Base):
    """A backup that exists, as far as is known: the row goes when it is deleted or said to be gone."""

    __tablename__ = "backup"

    id: Mapped[int] = mapped_column(primary_key=True)
    archive_id: Mapped[str] = mapped_column(String(36), unique=True)
    path: Mapped[str] = mapped_column(String(1000))
    """Where it was written; it may have been moved since."""
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    """Before the moment whose data it holds."""
    with_keys: Mapped[bool]
    nightly: Mapped[bool]
    size: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes; none while it is being written."""


class RowRemovalKind(StrEnum):
    """What was removed: a student with everything, or a face after a consent was withdrawn."""

    ERASED = "erased"
    WITHDRAWN = "withdrawn"


class RowRemoval(Base):
    """That something about somebody was removed, so that a restored backup does not bring it back.

    It names nobody: the hash is of the id of a student, or of an account with a face, and when that was made.
    """

    __tablename__ = "row_removal"
    __table_args__ = (CheckConstraint("kind IN ('erased', 'withdrawn')", name="kind"),)

    row_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)
