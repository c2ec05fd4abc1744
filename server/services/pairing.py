"""Pairing: a browser shows a code, an instructor accepts it elsewhere, the browser collects its token.

The code travels by eye only and is worth nothing by itself: it takes a signed-in instructor to accept it, and
the cookie of the browser that shows it to collect what was accepted. Each is accepted and collected once.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, NotFound, TooMany
from server.models import Account, Kiosk, PairingCode, utc_now
from server.services import kiosks

SHOWN_FOR = timedelta(seconds=60)
ACCEPTED_FOR = SHOWN_FOR + timedelta(seconds=20)
"""A code is still taken a little after the next one is shown: somebody may be typing it."""
COLLECT_WITHIN = timedelta(minutes=10)
MOST_CODES = 500
"""Codes at a time, of all browsers: a mistyped code meets another one with less than one chance in 2,000."""


def new_code(db: Session, secret: str | None) -> tuple[PairingCode, str]:
    """A fresh code for the browser with this secret, or for a new one; and the secret to keep.

    :raises TooMany: ``too_many_requests`` when too many browsers ask at once.
    """
    now = utc_now()
    secret = secret or secrets.token_urlsafe(32)
    with writing(db):
        db.execute(delete(PairingCode).where(PairingCode.kiosk_id.is_(None), PairingCode.expires_at < now))
        db.execute(delete(PairingCode).where(PairingCode.created_at < now - COLLECT_WITHIN))
        taken = set(db.scalars(select(PairingCode.code)))
        if len(taken) >= MOST_CODES:
            raise TooMany("too_many_requests", retry_after=30)
        while (code := f"{secrets.randbelow(1_000_000):06}") in taken:
            pass
        asked = PairingCode(
            code=code, secret_hash=_hash(secret), created_at=now, expires_at=now + ACCEPTED_FOR
        )
        db.add(asked)
    return asked, secret


def accept(db: Session, account: Account, code: str, name: str) -> Kiosk:
    """Makes the browser that shows this code a kiosk of the account. Spaces in the code do not matter.

    :raises Invalid: ``kiosk_name_invalid``.
    :raises NotFound: ``pairing_code_unknown`` for a code that is over or never was.
    :raises Conflict: ``pairing_code_used``.
    """
    digits = "".join(code.split())
    with writing(db):
        asked = db.scalar(select(PairingCode).where(PairingCode.code == digits).with_for_update())
        if asked is not None and asked.kiosk_id is not None:
            raise Conflict("pairing_code_used")
        if asked is None or asked.expires_at < utc_now():
            raise NotFound("pairing_code_unknown")
        # The token is made anew when the browser collects it: until then nobody has one that works.
        kiosk, _ = kiosks.register(db, name, account)
        db.flush()
        asked.kiosk_id = kiosk.id
    return kiosk


def collect(db: Session, secret: str | None) -> str | None:
    """The kiosk's token, once, for the browser whose code was accepted; ``None`` while it is waited for."""
    if not secret:
        return None
    mine = PairingCode.secret_hash == _hash(secret)
    if not db.scalar(select(func.count()).where(mine, PairingCode.kiosk_id.is_not(None))):
        return None
    with writing(db):
        accepted = db.scalar(select(PairingCode).where(mine, PairingCode.kiosk_id.is_not(None)))
        if accepted is None:
            return None
        kiosk = db.get_one(Kiosk, accepted.kiosk_id)
        db.execute(delete(PairingCode).where(mine))
        return None if kiosk.revoked_at is not None else kiosks.renew_token(db, kiosk)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
