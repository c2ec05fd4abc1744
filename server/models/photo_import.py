"""A ZIP of photos of many students: the job, and what became of each photo."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.course import Course
from server.models.student import Student


class PhotoImportState(StrEnum):
    """How far it is. A ZIP lies on disk, sealed, until it is ``done``, ``refused`` or ``cancelled``."""

    UPLOADING = "uploading"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class PhotoImport(Base):
    """One ZIP."""

    __tablename__ = "photo_import"
    __table_args__ = (
        CheckConstraint(
            "state IN ('uploading', 'ready', 'running', 'done', 'refused', 'cancelled')", name="state"
        ),
        Index("ix_photo_import_course", "course_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    folder: Mapped[str] = mapped_column(String(40), unique=True)
    """Where the sealed parts lie, below the data folder."""
    file_name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes of the whole ZIP, as announced."""
    state: Mapped[str] = mapped_column(String(16), default=PhotoImportState.UPLOADING)
    reason: Mapped[str | None] = mapped_column(String(64))
    """Why it was refused."""
    consents_on_paper: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship()


class PhotoImportItem(Base):
    """One file of the ZIP."""

    __tablename__ = "photo_import_item"
    __table_args__ = (
        UniqueConstraint("import_id", "position"),
        CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("photo_import.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Of the entry in the ZIP's directory."""
    path: Mapped[str] = mapped_column(String(300))
    student_number: Mapped[str] = mapped_column(String(64))
    """As the name says; empty where it says none."""
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    reason: Mapped[str] = mapped_column(String(64), default="")
    detail: Mapped[str] = mapped_column(String(200), default="")

    student: Mapped[Student | None] = relationship()
