"""Signing in, and how accounts come to be."""

import re
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Gone, Invalid
from server.models import Account, Role, SetupLink, utc_now
from server.services import passwords
from server.services.tokens import new_token, token_hash

SETUP_LINK_LIFETIME = timedelta(hours=24)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*")


def authenticate(db: Session, email: str, password: str) -> Account | None:
    """The active account with this e-mail and password, or ``None``.

    An unknown e-mail costs as much time as a wrong password, so the answer's time tells nothing.
    """
    account = by_email(db, email)
    if not passwords.matches(account.password_hash if account else "", password):
        return None
    if account is None or not account.is_active:
        return None
    if passwords.outdated(account.password_hash):
        with writing(db):
            account.password_hash = passwords.hashed(password)
    return account


def by_email(db: Session, email: str) -> Account | None:
    """The account with this address, active or not."""
    return db.scalar(select(Account).where(Account.email == email.strip().lower()))


def knows_password(account: Account, password: str) -> bool:
    """Whether this is the account's password."""
    return passwords.matches(account.password_hash, password)


def change_password(db: Session, account: Account, old: str, new: str) -> None:
    """Another password for somebody who knows the old one.

    :raises Invalid: ``password_wrong``, ``password_too_short``, ``password_too_long``.
    """
    if not knows_password(account, old):
        raise Invalid("password_wrong")
    passwords.check_strength(new)
    password_hash = passwords.hashed(new)
    with writing(db):
        account.password_hash = password_hash


def change_profile(db: Session, account: Account, name: str, locale: str | None) -> None:
    """Another name, another language.

    :raises Invalid: ``name_missing``.
    """
    name = check_name(name)
    with writing(db):
        account.name = name
        account.locale = locale


def administrator_exists(db: Session) -> bool:
    """Whether set-up is over."""
    return bool(db.scalar(select(func.count()).where(Account.role == Role.ADMINISTRATOR)))


def new_setup_link(db: Session) -> str:
    """A fresh one-time token for creating the first administrator; earlier ones stop working.

    :raises Conflict: ``already_set_up``.
    """
    token = new_token()
    with writing(db):
        if administrator_exists(db):
            raise Conflict("already_set_up")
        for link in db.scalars(select(SetupLink).where(SetupLink.used_at.is_(None))):
            db.delete(link)
        now = utc_now()
        db.add(SetupLink(token_hash=token_hash(token), created_at=now, expires_at=now + SETUP_LINK_LIFETIME))
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
    password_hash = passwords.hashed(password)
    with writing(db):
        link = _open_link(db, token)
        if link is None or administrator_exists(db):
            raise Gone("setup_link_invalid")
        link.used_at = utc_now()
        return add(db, email, name, password_hash, Role.ADMINISTRATOR)


def create_instructor(db: Session, email: str, name: str, password: str) -> Account:
    """A new instructor, without courses.

    :raises Conflict: ``email_taken``.
    :raises Invalid: as :func:`create_first_administrator`.
    """
    _check_new_account(email, name, password)
    password_hash = passwords.hashed(password)
    with writing(db):
        return add(db, email, name, password_hash, Role.INSTRUCTOR)


def add(db: Session, email: str, name: str, password_hash: str, role: Role) -> Account:
    """A new account, within a writing transaction; raises :class:`Conflict` ``email_taken``."""
    account = Account(email=email.strip().lower(), name=name.strip(), password_hash=password_hash, role=role)
    db.add(account)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict("email_taken") from error
    return account


def check_email(email: str) -> str:
    """The address, tidied.

    :raises Invalid: ``email_invalid``.
    """
    email = email.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise Invalid("email_invalid")
    return email


def check_name(name: str) -> str:
    """The name, tidied.

    :raises Invalid: ``name_missing``.
    """
    name = name.strip()
    if not name or len(name) > 120:
        raise Invalid("name_missing")
    return name


def _check_new_account(email: str, name: str, password: str) -> None:
    check_email(email)
    check_name(name)
    passwords.check_strength(password)


def _open_link(db: Session, token: str) -> SetupLink | None:
    return db.scalar(
        select(SetupLink).where(
            SetupLink.token_hash == token_hash(token),
            SetupLink.used_at.is_(None),
            SetupLink.expires_at > utc_now(),
        )
    )
