"""Sessions open and close by themselves.

The rules. A planned session opens when its window begins, unless another one of its course is open; then it
opens once that has closed. It closes at its planned end, or a little later where students check out, but
gives way to the next one when that starts. A session without a planned end is closed by hand; it gives way
likewise, and nobody forgets it for longer than :data:`FORGOTTEN_AFTER`. A planned session that could not be
opened before its end is missed: nobody could check in, so nobody is absent. What was cancelled, opened or
closed by hand is not touched again. The demo class and archived courses are left alone.

Several processes may do this at the same time: each change is a transaction of its own that takes the
session's lock and looks again.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from server.db import writing
from server.models import ClassSession, Course, SessionStatus
from server.services import attendance, class_sessions, leaving

log = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(hours=12)


def tick(db: Session, now: datetime) -> int:
    """Does everything that is due at this moment; how many sessions changed."""
    changed = _each(db, _over(db, now), lambda session: _close(db, session, now))
    changed += _each(db, _missed(db, now), lambda session: _miss(session))
    return changed + _each(db, _due(db, now), lambda session: _open(db, session, now))


def _each(db: Session, ids: Iterable[int], change: Callable[[ClassSession], bool]) -> int:
    """Changes sessions one by one, each in its own transaction and with its lock."""
    changed = 0
    for session_id in ids:
        try:
            with writing(db):
                session = db.get(ClassSession, session_id)
                if session is None:
                    continue
                attendance.lock(db, session)
                changed += change(session)
        except IntegrityError:
            log.info("session %d: another one of its course was opened meanwhile", session_id)
    return changed


def _open(db: Session, session: ClassSession, now: datetime) -> bool:
    if session.status != SessionStatus.SCHEDULED:
        return False
    class_sessions.begin(db, session, now)
    log.info("session %d: opened", session.id)
    return True


def _miss(session: ClassSession) -> bool:
    if session.status != SessionStatus.SCHEDULED:
        return False
    session.status = SessionStatus.MISSED
    log.warning("session %d: missed; it could not be opened in its time", session.id)
    return True


def _close(db: Session, session: ClassSession, now: datetime) -> bool:
    if session.status != SessionStatus.OPEN:
        return False
    closes_at = leaving.closes_at(session)
    # After a downtime it is over since its end, whenever this is noticed.
    class_sessions.end(db, session, now if closes_at is None else min(now, closes_at))
    log.info("session %d: closed", session.id)
    return True


def _over(db: Session, now: datetime) -> list[int]:
    """The open sessions whose time is over."""
    following = aliased(ClassSession)
    gives_way = (
        select(following.id)
        .where(
            following.course_id == ClassSession.course_id,
            following.status == SessionStatus.SCHEDULED,
            following.starts_at <= now,
            following.ends_at > now,
        )
        .exists()
    )
    endless = ClassSession.ends_at.is_(None)
    return _ids(
        db,
        ClassSession.status == SessionStatus.OPEN,
        or_(
            and_(ClassSession.ends_at <= now, or_(ClassSession.check_out.is_(False), gives_way)),
            ClassSession.ends_at <= now - leaving.AFTER_END,
            and_(endless, ClassSession.opened_at <= now - FORGOTTEN_AFTER),
            and_(endless, gives_way),
        ),
    )


def _missed(db: Session, now: datetime) -> list[int]:
    """The planned sessions whose time passed without their being opened."""
    return _ids(
        db,
        ClassSession.status == SessionStatus.SCHEDULED,
        ClassSession.opens_at <= now,
        ClassSession.ends_at <= now,
    )


def _due(db: Session, now: datetime) -> list[int]:
    """The planned sessions whose window has begun, where no other session of the course is open."""
    other = aliased(ClassSession)
    busy = (
        select(other.id)
        .where(other.course_id == ClassSession.course_id, other.status == SessionStatus.OPEN)
        .exists()
    )
    return _ids(
        db,
        ClassSession.status == SessionStatus.SCHEDULED,
        ClassSession.opens_at <= now,
        ClassSession.ends_at > now,
        ~busy,
    )


def _ids(db: Session, *conditions: object) -> list[int]:
    query = (
        select(ClassSession.id)
        .join(Course, Course.id == ClassSession.course_id)
        .where(Course.is_demo.is_(False), Course.archived_at.is_(None), *conditions)  # type: ignore[arg-type]
        .order_by(ClassSession.starts_at, ClassSession.id)
    )
    return list(db.scalars(query))
