"""People who sign in, and the one-time link that makes the first of them."""

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class Role(StrEnum):
    """What an account may do: an administrator everything, an instructor their own courses."""

    ADMINISTRATOR = "administrator"
    INSTRUCTOR = "instructor"


class Account(UserMixin, Base):
    """Somebody who can sign in."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("role IN ('administrator', 'instructor')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Kept in lower case."""
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str | None] = mapped_column(String(8))
    is_active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Part of every session cookie: counting it up signs the account out everywhere."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    @property
    def is_administrator(self) -> bool:
        """Whether this account may see and do everything."""
        return self.role == Role.ADMINISTRATOR

    def get_id(self) -> str:
        """What the session cookie holds (Flask-Login)."""
        return f"{self.id}.{self.session_epoch}"


class SetupLink(Base):
    """A one-time link through which the first administrator is created; only its hash is kept."""

    __tablename__ = "setup_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
