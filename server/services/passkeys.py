"""Passkeys (W3C Web Authentication, level 2): signing in with what a device proves."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.db import rows_changed, writing
from server.exceptions import Conflict, Invalid, NotFound
from server.models import Account, Passkey, PasskeyChallenge, utc_now
from server.services import second_factors
from server.services.tokens import token_hash

NAME = "Face Check-in"
CHALLENGE_LIFETIME = timedelta(minutes=5)
MOST = 10


@dataclass(frozen=True)
class Site:
    """To whom passkeys belong.

    :ivar host: without port.
    :ivar origin: scheme, host and port, as browsers say it.
    """

    host: str
    origin: str


def of(db: Session, account: Account) -> list[Passkey]:
    """The account's passkeys, oldest first."""
    return list(db.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)))


def registration_options(db: Session, account: Account, site: Site) -> dict[str, Any]:
    """What the browser needs to make a passkey that checks its user (PIN, finger) and knows the account.

    :raises Conflict: ``too_many_passkeys``.
    """
    known = of(db, account)
    if len(known) >= MOST:
        raise Conflict("too_many_passkeys")
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=str(account.id).encode(),
        user_name=account.email,
        user_display_name=account.name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    _remember(db, options.challenge)
    return _as_json(options)


def register(db: Session, account: Account, site: Site, credential: Any, name: str) -> Passkey:
    """Keeps the passkey that a browser made.

    :raises Invalid: ``passkey_refused``.
    """
    account_id = account.id
    challenge = _redeem(db, credential)
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid("passkey_refused", type(error).__name__) from error
    with writing(db):
        if db.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
            raise Invalid("passkey_refused", "known already")
        passkey = Passkey(
            account_id=account_id,
            name=name.strip()[:120] or NAME,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
        )
        db.add(passkey)
    return passkey


def sign_in_options(db: Session, site: Site) -> dict[str, Any]:
    """What the browser needs to sign in with any of the passkeys it has for this site."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    _remember(db, options.challenge)
    return _as_json(options)


def authenticate(db: Session, site: Site, credential: Any) -> Account:
    """The active account whose passkey signed.

    :raises Invalid: ``passkey_refused``.
    """
    challenge = _redeem(db, credential)
    passkey = db.scalar(select(Passkey).where(Passkey.credential_id == _credential_id(credential)))
    account = db.get(Account, passkey.account_id) if passkey is not None else None
    if passkey is None or account is None or not account.is_active:
        raise Invalid("passkey_refused", "unknown")
    try:
        signed = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid("passkey_refused", type(error).__name__) from error
    with writing(db):
        passkey.sign_count = signed.new_sign_count
        passkey.last_used_at = utc_now()
    return account


def remove(db: Session, account: Account, passkey_id: int) -> None:
    """Forgets one of the account's passkeys.

    :raises NotFound: ``passkey_not_found``, for somebody else's too.
    """
    with writing(db):
        found = db.get(Passkey, passkey_id)
        if found is None or found.account_id != account.id:
            raise NotFound("passkey_not_found")
        db.delete(found)
        second_factors.tidy(db, account)


def _remember(db: Session, challenge: bytes) -> None:
    now = utc_now()
    with writing(db):
        db.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))
        db.add(
            PasskeyChallenge(challenge_hash=token_hash(challenge.hex()), expires_at=now + CHALLENGE_LIFETIME)
        )


def _redeem(db: Session, credential: Any) -> bytes:
    """The challenge that was signed, if it is one of ours and not used yet; from now on it is used."""
    try:
        client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(client_data["challenge"])
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("passkey_refused", type(error).__name__) from error
    with writing(db):
        used = delete(PasskeyChallenge).where(
            PasskeyChallenge.challenge_hash == token_hash(challenge.hex()),
            PasskeyChallenge.expires_at > utc_now(),
        )
        if not rows_changed(db, used):
            raise Invalid("passkey_refused", "challenge")
    return challenge


def _credential_id(credential: Any) -> bytes:
    try:
        return base64url_to_bytes(credential["id"])
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid("passkey_refused", type(error).__name__) from error


def _as_json(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found
