"""How often somebody tried something."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class RateCount(Base):
    """Tries within one window of time. The key (an address, an e-mail) is kept as a hash only."""

    __tablename__ = "rate_count"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
