"""Passwords: what is a good one, and how it is kept."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.exceptions import Invalid

MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 200

# Argon2id with the library's defaults: the low-memory profile of RFC 9106.
_HASHER = PasswordHasher()


def check_strength(password: str) -> None:
    """Refuses what is too short to be safe or too long to be hashed.

    :raises Invalid: ``password_too_short``, ``password_too_long``.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Invalid("password_too_short")
    if len(password) > MAX_PASSWORD_LENGTH:
        raise Invalid("password_too_long")


def hashed(password: str) -> str:
    """The password as it is stored."""
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password. An empty hash costs the same time and matches nothing."""
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password[:MAX_PASSWORD_LENGTH])
    except (VerificationError, InvalidHashError):
        return False


def outdated(password_hash: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


@cache
def _nobodys_hash() -> str:
    """A hash that no password has."""
    return _HASHER.hash(secrets.token_hex(16))
