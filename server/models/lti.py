"""Learning management systems that launch the product (LTI 1.3), their courses and their people."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.account import Account
from server.models.base import Base, utc_now
from server.models.course import Course
from server.models.student import Student


class LtiPlatform(Base):
    """A platform as an administrator registered it, with the key that the tool signs with there."""

    __tablename__ = "lti_platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(200))
    deployment_ids: Mapped[list[str]]
    auth_login_url: Mapped[str] = mapped_column(String(1000))
    auth_token_url: Mapped[str] = mapped_column(String(1000))
    key_set_url: Mapped[str] = mapped_column(String(1000))
    private_key_sealed: Mapped[bytes]
    public_key: Mapped[str] = mapped_column(Text)
    """RSA, in PEM; the platform reads it from the tool's key set."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class LtiContext(Base):
    """A course of a platform, and the course here that it is connected with."""

    __tablename__ = "lti_context"
    __table_args__ = (UniqueConstraint("platform_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("lti_platform.id", ondelete="CASCADE"))
    context_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(200))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), index=True)
    resource_link_id: Mapped[str] = mapped_column(String(255))
    names_and_roles: Mapped[dict[str, Any] | None]
    """The claim of the Names and Role Provisioning Service; none where the platform offers no roster."""
    grades: Mapped[dict[str, Any] | None]
    """The claim of the Assignment and Grade Services; none where the platform takes no grades."""
    roster_fetched_at: Mapped[datetime | None]
    grades_sent_at: Mapped[datetime | None]

    platform: Mapped[LtiPlatform] = relationship(lazy="joined", innerjoin=True)
    course: Mapped[Course | None] = relationship()


class LtiPerson(Base):
    """Somebody of a platform, and who they are here: an account that teaches, or a student."""

    __tablename__ = "lti_person"
    __table_args__ = (UniqueConstraint("platform_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("lti_platform.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(255))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)

    account: Mapped[Account | None] = relationship()
    student: Mapped[Student | None] = relationship()


class LtiState(Base):
    """What a launch under way has to remember between its steps, in whichever process they arrive."""

    __tablename__ = "lti_state"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    value: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)
