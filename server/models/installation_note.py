"""Small facts about the installation."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class InstallationNote(Base):
    """One remembered fact, such as that the demo class was removed and is not to come back."""

    __tablename__ = "installation_note"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]
