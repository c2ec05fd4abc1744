"""Where somebody is signed in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.account import Account
from server.models.base import Base, utc_now


class AccountSession(Base):
    """One browser of an account. Its cookie holds the token; deleting the row signs that browser out."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(200))
    """What the browser says it is, to tell one's own from others."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    """To the minute."""

    account: Mapped[Account] = relationship()
