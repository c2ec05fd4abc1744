"""Cameras in rooms, for the roll-call."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class RoomCamera(Base):
    """A camera that gives a picture at an address. The address may hold a password, so it is sealed."""

    __tablename__ = "room_camera"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    host: Mapped[str] = mapped_column(String(255))
    """For the list: the address without what is secret."""
    address_sealed: Mapped[bytes]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
