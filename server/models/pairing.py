"""Browsers that ask to become kiosks."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class PairingCode(Base):
    """A code that a browser shows for a while; whoever accepts it makes that browser a kiosk."""

    __tablename__ = "pairing_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64), index=True)
    """Of the secret that the asking browser keeps in a cookie: it alone can collect what was accepted."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id", ondelete="CASCADE"))
    """The kiosk that it became; the row goes when the browser has collected its token."""
