"""Tokens of the JSON API: made, checked, revoked."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound, Unauthorised
from server.models import Account, ApiToken, utc_now

PREFIX = "fci_"
"""So that a token is known as one where it does not belong."""
MOST_TOKENS = 50
USE_NOTED_EVERY = timedelta(minutes=1)


def create(db: Session, account: Account, name: str, *, writes: bool) -> tuple[ApiToken, str]:
    """A new token, and its text, which is nowhere kept.

    :raises Invalid: ``token_name_invalid``.
    :raises Conflict: ``too_many_tokens``.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Invalid("token_name_invalid")
    text = PREFIX + secrets.token_urlsafe(32)
    with writing(db):
        if len(of_account(db, account)) >= MOST_TOKENS:
            raise Conflict("too_many_tokens")
        token = ApiToken(account_id=account.id, name=name, token_hash=_hash(text), writes=writes)
        db.add(token)
    return token, text


def of_account(db: Session, account: Account) -> list[ApiToken]:
    """The account's tokens that work, newest first."""
    return list(
        db.scalars(
            select(ApiToken)
            .where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
            .order_by(ApiToken.id.desc())
        )
    )


def revoke(db: Session, account: Account, token_id: int) -> None:
    """Ends a token at once.

    :raises NotFound: ``token_not_found``, for another account's too.
    """
    with writing(db):
        token = db.get(ApiToken, token_id)
        if token is None or token.account_id != account.id or token.revoked_at is not None:
            raise NotFound("token_not_found")
        token.revoked_at = utc_now()


def authenticate(db: Session, text: str) -> ApiToken:
    """The token, whose use is noted once a minute.

    :raises Unauthorised: ``token_invalid``.
    """
    token = db.scalar(select(ApiToken).where(ApiToken.token_hash == _hash(text)))
    if token is None or token.revoked_at is not None or not token.account.is_active:
        raise Unauthorised("token_invalid")
    now = utc_now()
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        with writing(db):
            token.last_used_at = now
    return token


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
