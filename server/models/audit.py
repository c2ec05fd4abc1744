"""Who did what: entries that are only ever added, each bound to the one before."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class AuditEntry(Base):
    """One thing that somebody did. Holds ids, never names: what is erased elsewhere is not kept here."""

    __tablename__ = "audit_entry"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """Counts up without gaps."""
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    """The account; no foreign key, because an entry never changes."""
    action: Mapped[str] = mapped_column(String(48), index=True)
    subject: Mapped[str] = mapped_column(String(120), index=True)
    """Kind and id of what it was done to, such as ``student:17``."""
    detail: Mapped[dict[str, Any]]
    mac: Mapped[str] = mapped_column(String(64))
    """HMAC-SHA-256 of all of the above and of the entry before."""


class AuditHead(Base):
    """Where the log ends, authenticated as well: cutting off its end is noticed."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))
    """Of the last entry."""
    end_mac: Mapped[str] = mapped_column(String(64))
    """HMAC-SHA-256 of number and mac."""
