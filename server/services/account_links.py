"""Choosing a password by a one-time link: an invitation, or a reset."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Gone
from server.models import Account, AccountLink, AccountLinkPurpose, utc_now
from server.services import account_sessions, passwords
from server.services.tokens import new_token, token_hash

LIFETIMES = {AccountLinkPurpose.INVITATION: timedelta(days=7), AccountLinkPurpose.RESET: timedelta(hours=1)}


def new_link(db: Session, account: Account) -> str:
    """A fresh token for the account; earlier ones stop working.

    It is an invitation as long as the account has no password, and a reset afterwards.
    """
    token = new_token()
    purpose = AccountLinkPurpose.INVITATION if account.invited else AccountLinkPurpose.RESET
    account_id, now = account.id, utc_now()
    with writing(db):
        db.execute(delete(AccountLink).where(AccountLink.account_id == account_id))
        db.add(
            AccountLink(
                account_id=account_id,
                purpose=purpose,
                token_hash=token_hash(token),
                created_at=now,
                expires_at=now + LIFETIMES[purpose],
            )
        )
    return token


def waiting(db: Session, token: str) -> AccountLink:
    """The link with this token.

    :raises Gone: ``account_link_invalid`` when it was used, has expired or never was.
    """
    link = db.scalar(
        select(AccountLink)
        .join(Account)
        .where(
            AccountLink.token_hash == token_hash(token),
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > utc_now(),
            Account.is_active,
        )
    )
    if link is None:
        raise Gone("account_link_invalid")
    return link


def choose_password(db: Session, token: str, password: str) -> Account:
    """Uses the link up. The account is signed out everywhere, and its second factors stay as they are.

    :raises Gone: ``account_link_invalid``.
    :raises Invalid: ``password_too_short``, ``password_too_long``.
    """
    passwords.check_strength(password)
    password_hash = passwords.hashed(password)
    with writing(db):
        link = waiting(db, token)
        account = link.account
        link.used_at = utc_now()
        account.password_hash = password_hash
        account_sessions.end_all(db, account.id)
    return account
