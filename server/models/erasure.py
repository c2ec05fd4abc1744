"""Proof that somebody was erased."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class ErasureCertificate(Base):
    """What was deleted and what a search found afterwards, signed. It names nobody."""

    __tablename__ = "erasure_certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    clean: Mapped[bool]
    """Whether the search found nothing."""
    body: Mapped[str] = mapped_column(Text)
    """JSON, byte for byte what was signed."""
    signature: Mapped[str] = mapped_column(String(128))
    """Ed25519, in hex."""
