"""What each process saw in each minute of the last day."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class StatusMinute(Base):
    """One process's minute. Nothing about people is in it."""

    __tablename__ = "status_minute"

    minute: Mapped[datetime] = mapped_column(primary_key=True)
    """Its beginning."""
    process: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Host and number of the process."""
    kind: Mapped[str] = mapped_column(String(8))
    """``web`` or ``jobs``."""
    figures: Mapped[dict[str, Any]]
