"""Codes of an authenticator app (TOTP, RFC 6238)."""

import secrets
import time

import pyotp
from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid
from server.models import Account, OneTimeCodes, utc_now
from server.services import second_factors
from server.services.vault import Vault

ISSUER = "Face Check-in"
STEP_S = 30
TOLERATED_STEPS = 1


def in_use(db: Session, account: Account) -> bool:
    """Whether signing in takes a code."""
    found = db.get(OneTimeCodes, account.id)
    return found is not None and found.confirmed_at is not None


def start(db: Session, vault: Vault, account: Account) -> str:
    """A new secret, not in use before :func:`confirm`; gives the address for the app (``otpauth:``).

    :raises Conflict: ``one_time_codes_in_use``.
    """
    account_id, email = account.id, account.email
    secret = pyotp.random_base32()
    sealed = vault.seal(secret.encode(), purpose(account_id))
    with writing(db):
        found = db.get(OneTimeCodes, account_id)
        if found is None:
            db.add(OneTimeCodes(account_id=account_id, secret_sealed=sealed))
        elif found.confirmed_at is not None:
            raise Conflict("one_time_codes_in_use")
        else:
            found.secret_sealed = sealed
    return _address(secret, email)


def waiting_address(db: Session, vault: Vault, account: Account) -> str | None:
    """The address of a secret that waits for its first code."""
    found = db.get(OneTimeCodes, account.id)
    if found is None or found.confirmed_at is not None:
        return None
    return _address(vault.open(found.secret_sealed, purpose(account.id)).decode(), account.email)


def secret_of(address: str) -> str:
    """The secret within an address, in groups of four, for whoever types it."""
    secret = pyotp.parse_uri(address).secret
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def confirm(db: Session, vault: Vault, account: Account, code: str) -> list[str]:
    """Puts the app into use; gives recovery codes, which are shown this once, if there were none.

    :raises Invalid: ``code_wrong``.
    """
    account_id = account.id
    with writing(db):
        found = db.get(OneTimeCodes, account_id, with_for_update=True)
        if found is None or found.confirmed_at is not None or not _takes(vault, found, code):
            raise Invalid("code_wrong")
        found.confirmed_at = utc_now()
        db.flush()
        return second_factors.recovery_codes_if_none(db, account_id)


def check(db: Session, vault: Vault, account: Account, code: str) -> bool:
    """Whether this is the code of now, and was not used before."""
    account_id = account.id
    with writing(db):
        found = db.get(OneTimeCodes, account_id, with_for_update=True)
        return found is not None and found.confirmed_at is not None and _takes(vault, found, code)


def remove(db: Session, account: Account) -> None:
    """Ends the use of the app."""
    with writing(db):
        db.execute(delete(OneTimeCodes).where(OneTimeCodes.account_id == account.id))
        second_factors.tidy(db, account)


def _takes(vault: Vault, found: OneTimeCodes, code: str) -> bool:
    """Whether the code is right now; if so it is used up, with all before it."""
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdecimal()):
        return False
    totp = pyotp.TOTP(vault.open(found.secret_sealed, purpose(found.account_id)).decode())
    present = int(time.time()) // STEP_S
    last = found.last_step or 0
    if last > present + 2 * TOLERATED_STEPS:
        last = 0  # Taken while the clock ran ahead: it would refuse every code until then.
    for step in range(present - TOLERATED_STEPS, present + TOLERATED_STEPS + 1):
        if step > last and secrets.compare_digest(totp.at(step * STEP_S), digits):
            found.last_step = step
            return True
    return False


def _address(secret: str, email: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def purpose(account_id: int) -> str:
    """What a secret is sealed for."""
    return f"totp:{account_id}"
