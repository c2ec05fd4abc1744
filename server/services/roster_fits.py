"""The fits of a course's roster as jobs: their state lives in the database, for every page and process."""

import time
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict
from server.models import Account, Course, FitStage, FitState, RosterFit, utc_now
from server.services import roster_models

TOLD_EVERY_S = 0.5
_STAGES = {
    "check": FitStage.LOADING,
    "augment and embed": FitStage.COPIES,
    "fit": FitStage.FITTING,
    "evaluate": FitStage.CALIBRATING,
}
"""Training's own names of its stages."""
_OPEN = (FitState.WAITING, FitState.RUNNING)
_NEXT = {FitStage.LOADING: FitStage.COPIES, FitStage.COPIES: FitStage.FITTING}
"""What begins when the stage is at its end, and tells nothing before its own."""
KEPT = 30
"""Fits remembered of a course."""


def ask(db: Session, course: Course, account: Account) -> RosterFit:
    """A fit that an instructor wishes for now. The caller puts it into the queue.

    :raises Conflict: ``fit_under_way``, or ``nothing_to_fit`` while nobody has a photo.
    """
    course_id, name = course.id, account.name
    with writing(db):
        if under_way(db, course_id) is not None:
            raise Conflict("fit_under_way")
        version = roster_models.active_version(db, course_id)
        if version is None or not version.contents:
            raise Conflict("nothing_to_fit")
        asked = RosterFit(course_id=course_id, asked_by=name)
        db.add(asked)
    return asked


def begin(db: Session, course_id: int) -> RosterFit:
    """A fit that a change of the roster brings about; it is running."""
    with writing(db):
        started = RosterFit(course_id=course_id, state=FitState.RUNNING, started_at=utc_now())
        db.add(started)
    return started


def take_up(db: Session, fit_id: int) -> RosterFit | None:
    """A fit that was asked for, now running; nothing when it is over or was taken up already."""
    with writing(db):
        fit = db.get(RosterFit, fit_id)
        if fit is None or fit.state != FitState.WAITING:
            return None
        fit.state, fit.started_at = FitState.RUNNING, utc_now()
    return fit


def end(
    db: Session, fit_id: int, state: FitState, *, reason: str | None = None, number: int | None = None
) -> None:
    """A fit is over; the oldest of the course are forgotten."""
    with writing(db):
        fit = db.get(RosterFit, fit_id)
        if fit is None:
            return
        fit.state, fit.reason, fit.version_number, fit.finished_at = state, reason, number, utc_now()
        for old in db.scalars(
            select(RosterFit)
            .where(RosterFit.course_id == fit.course_id)
            .order_by(RosterFit.id.desc())
            .offset(KEPT)
        ):
            db.delete(old)


def under_way(db: Session, course_id: int) -> RosterFit | None:
    """The fit that is waiting or running."""
    return db.scalar(
        select(RosterFit)
        .where(RosterFit.course_id == course_id, RosterFit.state.in_(_OPEN))
        .order_by(RosterFit.id.desc())
        .limit(1)
    )


def latest(db: Session, course_id: int) -> RosterFit | None:
    """The newest fit, whatever became of it."""
    return db.scalar(
        select(RosterFit).where(RosterFit.course_id == course_id).order_by(RosterFit.id.desc()).limit(1)
    )


def recover(db: Session) -> list[int]:
    """After a kill: what was asked for waits again, the rest is asked for anew by what the roster lacks.

    :returns: fits to put into the queue.
    """
    with writing(db):
        running = RosterFit.state == FitState.RUNNING
        db.execute(
            update(RosterFit)
            .where(running, RosterFit.asked_by != "")
            .values(state=FitState.WAITING, stage=FitStage.LOADING, done=0, total=0)
        )
        db.execute(
            update(RosterFit)
            .where(running)
            .values(state=FitState.FAILED, reason="interrupted", finished_at=utc_now())
        )
    return list(db.scalars(select(RosterFit.id).where(RosterFit.state == FitState.WAITING)))


class FitProgress:
    """Writes how far a fit is, twice a second at most, in a transaction of its own.

    A `training.photos.Progress`.

    :param sessions: makes database sessions.
    """

    def __init__(self, sessions: Callable[[], Session], fit_id: int) -> None:
        self._sessions = sessions
        self._fit_id = fit_id
        self._stage = ""
        self._told_at = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        stage = _STAGES[stage]
        if done == total and stage in _NEXT:
            stage, done, total = _NEXT[stage], 0, 0
        now = time.monotonic()
        if stage == self._stage and now - self._told_at < TOLD_EVERY_S and done < total:
            return
        self._stage, self._told_at = stage, now
        with self._sessions() as db, writing(db):
            db.execute(
                update(RosterFit)
                .where(RosterFit.id == self._fit_id)
                .values(stage=stage, done=done, total=total)
            )
