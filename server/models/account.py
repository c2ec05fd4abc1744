"""People who sign in, and the one-time links by which they come in."""

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now


class Role(StrEnum):
    """What an account may do; :mod:`server.permissions` says it route by route.

    An administrator operates the installation and may do everything, an instructor everything in their own
    courses; an assistant marks attendance in the courses they help with; an auditor changes nothing.
    """

    ADMINISTRATOR = "administrator"
    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"
    AUDITOR = "auditor"


class Account(UserMixin, Base):
    """Somebody who can sign in."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('administrator', 'instructor', 'assistant', 'auditor')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Kept in lower case."""
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    """Argon2id; empty while an invitation waits to be accepted, which no password matches."""
    role: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str | None] = mapped_column(String(8))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_sign_in_at: Mapped[datetime | None]

    @property
    def is_administrator(self) -> bool:
        """Whether this account may see and do everything."""
        return self.role == Role.ADMINISTRATOR

    @property
    def sees_every_course(self) -> bool:
        """Whether this account sees the courses of others too."""
        return self.role in {Role.ADMINISTRATOR, Role.AUDITOR}

    @property
    def teaches(self) -> bool:
        """Whether this account may run courses and kiosks."""
        return self.role in {Role.ADMINISTRATOR, Role.INSTRUCTOR}

    @property
    def invited(self) -> bool:
        """Whether the invitation has not been accepted yet."""
        return not self.password_hash


class SetupLink(Base):
    """A one-time link through which the first administrator is created; only its hash is kept."""

    __tablename__ = "setup_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AccountLinkPurpose(StrEnum):
    """Why somebody may choose a password by a link."""

    INVITATION = "invitation"
    RESET = "reset"


class AccountLink(Base):
    """A one-time link by which the owner of an account chooses a password; only its hash is kept."""

    __tablename__ = "account_link"
    __table_args__ = (CheckConstraint("purpose IN ('invitation', 'reset')", name="purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
