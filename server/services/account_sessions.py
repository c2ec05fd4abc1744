"""Signed-in browsers: each has a row, so each can be seen and ended from elsewhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import note, rows_changed, writing
from server.exceptions import NotFound
from server.models import Account, AccountSession, utc_now
from server.services.tokens import new_token, token_hash

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Lifetime:
    """How long a session lives.

    :ivar idle: without a request.
    :ivar whole: in all, whatever happens.
    """

    idle: timedelta
    whole: timedelta


def begin(db: Session, account_id: int, browser: str) -> str:
    """Signs a browser in; gives the token for its cookie. Every sign-in gets a new one."""
    token = new_token()
    now = utc_now()
    with writing(db):
        db.add(
            AccountSession(
                account_id=account_id,
                token_hash=token_hash(token),
                browser=browser[:200],
                created_at=now,
                last_seen_at=now,
            )
        )
        account = db.get(Account, account_id)
        if account is not None:
            account.last_sign_in_at = now
    return token


def resume(db: Session, token: str, lifetime: Lifetime) -> AccountSession | None:
    """The session with this token, if it has neither ended nor expired and its account is active."""
    found = db.scalar(select(AccountSession).where(AccountSession.token_hash == token_hash(token)))
    now = utc_now()
    if found is None or not found.account.is_active or _over(found, lifetime, now):
        return None
    if now - found.last_seen_at > SEEN_EVERY:
        note(db, lambda: setattr(found, "last_seen_at", now))
    return found


def of(db: Session, account: Account, lifetime: Lifetime) -> list[AccountSession]:
    """Where the account is signed in now, the latest first."""
    now = utc_now()
    rows = db.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account.id)
        .order_by(AccountSession.last_seen_at.desc(), AccountSession.id.desc())
    )
    return [row for row in rows if not _over(row, lifetime, now)]


def end(db: Session, token: str) -> None:
    """Signs the browser with this token out."""
    with writing(db):
        db.execute(delete(AccountSession).where(AccountSession.token_hash == token_hash(token)))


def end_one(db: Session, account: Account, session_id: int) -> None:
    """Signs one of the account's browsers out.

    :raises NotFound: ``sign_in_not_found``, for somebody else's too.
    """
    with writing(db):
        found = db.get(AccountSession, session_id)
        if found is None or found.account_id != account.id:
            raise NotFound("sign_in_not_found")
        db.delete(found)


def end_all(db: Session, account_id: int, *, but: str | None = None) -> int:
    """Signs the account out everywhere, except in the browser with the token ``but``; how many there were."""
    query = delete(AccountSession).where(AccountSession.account_id == account_id)
    if but is not None:
        query = query.where(AccountSession.token_hash != token_hash(but))
    with writing(db):
        return rows_changed(db, query)


def forget_expired(db: Session, lifetime: Lifetime) -> None:
    """Deletes the rows of sessions that are over."""
    now = utc_now()
    with writing(db):
        db.execute(
            delete(AccountSession).where(
                (AccountSession.created_at < now - lifetime.whole)
                | (AccountSession.last_seen_at < now - lifetime.idle)
            )
        )


def _over(session: AccountSession, lifetime: Lifetime, now: datetime) -> bool:
    return now - session.created_at > lifetime.whole or now - session.last_seen_at > lifetime.idle
