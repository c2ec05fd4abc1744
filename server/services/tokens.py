"""Secrets that are given out once and kept as a hash: links, session cookies."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored: the SHA-256 in hex. A random token needs no salt and no slowness."""
    return hashlib.sha256(token.encode()).hexdigest()
