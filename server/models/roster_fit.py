"""Fits of a course's roster: asked for, under way, over."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class FitState(StrEnum):
    """How far it is. ``overtaken``: the roster changed while it was fitted, and another fit follows."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    OVERTAKEN = "overtaken"
    FAILED = "failed"


class FitStage(StrEnum):
    """What a running fit is doing, in this order."""

    LOADING = "loading"
    COPIES = "copies"
    FITTING = "fitting"
    CALIBRATING = "calibrating"


class RosterFit(Base):
    """One fit, by the change of a roster or by an instructor's wish."""

    __tablename__ = "roster_fit"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'overtaken', 'failed')", name="state"),
        Index("ix_roster_fit_course", "course_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(16), default=FitState.WAITING)
    stage: Mapped[str] = mapped_column(String(16), default=FitStage.LOADING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """Steps of the stage; 0 while that is not known."""
    asked_by: Mapped[str] = mapped_column(String(254), default="")
    """The name of whoever pressed the button; empty for a fit that a change of the roster brought about."""
    reason: Mapped[str | None] = mapped_column(String(64))
    """Why it failed."""
    version_number: Mapped[int | None]
    """The version that came of it."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
