"""Signing in, and how accounts come to be."""

import hashlib
import re
import secrets
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Gone, Invalid
from server.models import Account, Role, SetupLink, utc_now

MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 200
SETUP_LINK_LIFETIME = timedelta(hours=24)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*")

# Argon2id with the library's defaults: the low-memory profile of RFC 9106.
_HASHER = PasswordHasher()


def authenticate(db: Session, email: str, password: str) -> Account | None:
    """The active account with this e-mail and password, or ``None``.

    An unknown e-mail costs as much time as a wrong password, so the answer's time tells nothing.
    """
    account = db.scalar(select(Account).where(Account.email == email.strip().lower()))
    password_hash = account.password_hash if account is not None else _nobodys_hash()
    try:
        _HASHER.verify(password_hash, password[:MAX_PASSWORD_LENGTH])
    except (VerificationError, InvalidHashError):
        return None
    if account is None or not account.is_active:
        return None
    if _HASHER.check_needs_rehash(password_hash):
        with writing(db):
            account.password_hash = _HASHER.hash(password)
    return account


def load(db: Session, session_identity: str) -> Account | None:
    """The active account that :meth:`Account.get_id` named, if its sessions were not ended since."""
    number, _, epoch = session_identity.partition(".")
    if not number.isdecimal() or not epoch.isdecimal():
        return None
    account = db.get(Account, int(number))
    if account is None or not account.is_active or account.session_epoch != int(epoch):
        return None
    return account


def administrator_exists(db: Session) -> bool:
    """Whether set-up is over."""
    return db.scalar(select(func.count()).where(Account.role == Role.ADMINISTRATOR)) > 0


def new_setup_link(db: Session) -> str:
    """A fresh one-time token for creating the first administrator; earlier ones stop working.

    :raises Conflict: ``already_set_up``.
    """
    token = secrets.token_urlsafe(32)
    with writing(db):
        if administrator_exists(db):
            raise Conflict("already_set_up")
        for link in db.scalars(select(SetupLink).where(SetupLink.used_at.is_(None))):
            db.delete(link)
        now = utc_now()
        db.add(SetupLink(token_hash=_hash(token), created_at=now, expires_at=now + SETUP_LINK_LIFETIME))
    return token


def setup_link_valid(db: Session, token: str) -> bool:
    """Whether this token can still create the first administrator."""
    return _open_link(db, token) is not None and not administrator_exists(db)


def create_first_administrator(db: Session, token: str, email: str, name: str, password: str) -> Account:
    """Uses the one-time link up.

    :raises Gone: ``setup_link_invalid`` when the link was used, has expired or never was.
    :raises Invalid: ``email_invalid``, ``name_missing``, ``password_too_short``, ``password_too_long``.
    """
    _check_new_account(email, name, password)
    password_hash = _HASHER.hash(password)
    with writing(db):
        link = _open_link(db, token)
        if link is None or administrator_exists(db):
            raise Gone("setup_link_invalid")
        link.used_at = utc_now()
        return _add(db, email, name, password_hash, Role.ADMINISTRATOR)


def create_instructor(db: Session, email: str, name: str, password: str) -> Account:
    """A new instructor, without courses.

    :raises Conflict: ``email_taken``.
    :raises Invalid: as :func:`create_first_administrator`.
    """
    _check_new_account(email, name, password)
    password_hash = _HASHER.hash(password)
    with writing(db):
        return _add(db, email, name, password_hash, Role.INSTRUCTOR)


def _add(db: Session, email: str, name: str, password_hash: str, role: Role) -> Account:
    account = Account(email=email.strip().lower(), name=name.strip(), password_hash=password_hash, role=role)
    db.add(account)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict("email_taken") from error
    return account


def _check_new_account(email: str, name: str, password: str) -> None:
    if len(email.strip()) > 254 or not _EMAIL.fullmatch(email.strip()):
        raise Invalid("email_invalid")
    if not name.strip() or len(name.strip()) > 120:
        raise Invalid("name_missing")
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Invalid("password_too_short")
    if len(password) > MAX_PASSWORD_LENGTH:
        raise Invalid("password_too_long")


def _open_link(db: Session, token: str) -> SetupLink | None:
    return db.scalar(
        select(SetupLink).where(
            SetupLink.token_hash == _hash(token),
            SetupLink.used_at.is_(None),
            SetupLink.expires_at > utc_now(),
        )
    )


@cache
def _nobodys_hash() -> str:
    """A hash that no password has."""
    return _HASHER.hash(secrets.token_hex(16))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
