"""Browsers that may take check-ins, known by a token."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.db import note, writing
from server.exceptions import Invalid, NotFound
from server.models import Account, ClassSession, Course, Kiosk, SessionStatus, utc_now
from server.services import courses
from server.services.list_pages import ListPage, page_of

SEEN_EVERY = timedelta(minutes=1)


def register(db: Session, name: str, account: Account) -> tuple[Kiosk, str]:
    """A new kiosk and its token, which is shown this once.

    :raises Invalid: ``kiosk_name_invalid``.
    """
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise Invalid("kiosk_name_invalid")
    token = secrets.token_urlsafe(32)
    with writing(db):
        kiosk = Kiosk(name=name, token_hash=_hash(token), created_by=account.id)
        db.add(kiosk)
    return kiosk, token


def renew_token(db: Session, kiosk: Kiosk) -> str:
    """A new token for a kiosk; the one before stops working."""
    token = secrets.token_urlsafe(32)
    with writing(db):
        kiosk.token_hash = _hash(token)
    return token


def page_for(db: Session, account: Account, number: int = 1) -> ListPage[Kiosk]:
    """A page of the kiosks an account may see, newest first: an administrator all, others their own."""
    return page_of(db, _visible_to(account), number)


def page_of_working(db: Session, account: Account, number: int) -> ListPage[Kiosk]:
    """A page of those that were not revoked."""
    return page_of(db, _visible_to(account).where(Kiosk.revoked_at.is_(None)), number)


def working(db: Session, account: Account) -> list[Kiosk]:
    """Those of the kiosks an account may see that were not revoked, newest first."""
    return list(db.scalars(_visible_to(account).where(Kiosk.revoked_at.is_(None))))


def _visible_to(account: Account) -> Select[Kiosk]:
    query = select(Kiosk).order_by(Kiosk.id.desc())
    return query if account.is_administrator else query.where(Kiosk.created_by == account.id)


def revoke(db: Session, account: Account, kiosk_id: int) -> None:
    """Ends a kiosk at once.

    :raises NotFound: ``kiosk_not_found``, for somebody else's kiosk too.
    """
    with writing(db):
        kiosk = db.get(Kiosk, kiosk_id)
        if kiosk is None or not (account.is_administrator or kiosk.created_by == account.id):
            raise NotFound("kiosk_not_found")
        kiosk.revoked_at = kiosk.revoked_at or utc_now()


def authenticate(db: Session, token: str) -> Kiosk | None:
    """The kiosk with this token, unless it was revoked or who made it teaches no more."""
    kiosk = db.scalar(select(Kiosk).where(Kiosk.token_hash == _hash(token), Kiosk.revoked_at.is_(None)))
    if kiosk is None or not (kiosk.creator.is_active and kiosk.creator.teaches):
        return None
    return kiosk


def was_revoked(db: Session, token: str) -> bool:
    """Whether this token belonged to a kiosk that may take no check-ins any more."""
    known = db.scalar(select(Kiosk.id).where(Kiosk.token_hash == _hash(token)))
    return known is not None and authenticate(db, token) is None


def seen(db: Session, kiosk: Kiosk) -> None:
    """Notes that the kiosk is alive, once a minute at most."""
    now = utc_now()
    if kiosk.last_seen_at is None or now - kiosk.last_seen_at > SEEN_EVERY:
        note(db, lambda: setattr(kiosk, "last_seen_at", now))


def sessions_for(db: Session, kiosk: Kiosk | None) -> list[ClassSession]:
    """The open sessions a kiosk may check in to: those of its maker's courses.

    A browser that is no kiosk may use the demo class, whose people do not exist.
    """
    open_now = (
        select(ClassSession)
        .where(ClassSession.status == SessionStatus.OPEN)
        .order_by(ClassSession.starts_at, ClassSession.id)
    )
    if kiosk is None:
        return list(db.scalars(open_now.join(ClassSession.course).where(Course.is_demo)))
    visible = courses.visible_to(kiosk.creator).subquery()
    return list(db.scalars(open_now.join(visible, visible.c.id == ClassSession.course_id)))


def session_for(db: Session, kiosk: Kiosk | None, session_id: int) -> ClassSession | None:
    """A session, open or not, that a kiosk may name; ``None`` for one that is none of its business."""
    session = db.get(ClassSession, session_id)
    if session is None or session.course.is_demo:
        return session
    if kiosk is None:
        return None
    visible = courses.visible_to(kiosk.creator).where(Course.id == session.course_id)
    return session if db.scalar(visible) is not None else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
