"""Platforms (learning management systems) that an administrator registers, and the tool's keys there."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pylti1p3.registration import Registration
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Forbidden, Invalid, NotFound
from server.models import Account, LtiPlatform
from server.services.vault import Vault

PURPOSE = "lti private key"
KEY_BITS = 2048
MOST_DEPLOYMENTS = 100


def register(
    db: Session,
    by: Account,
    vault: Vault,
    *,
    name: str,
    issuer: str,
    client_id: str,
    deployment_ids: Sequence[str],
    auth_login_url: str,
    auth_token_url: str,
    key_set_url: str,
) -> LtiPlatform:
    """Registers a platform and makes the tool's key pair for it.

    :raises Forbidden: ``administrator_only``.
    :raises Invalid: ``lti_platform_invalid`` when a field is missing or an address is no http(s) address.
    :raises Conflict: ``lti_platform_known`` for an issuer and client id that are registered.
    """
    if not by.is_administrator:
        raise Forbidden("administrator_only")
    deployments = [one for one in (value.strip() for value in deployment_ids) if one]
    words = [name.strip(), issuer.strip(), client_id.strip()]
    addresses = [auth_login_url.strip(), auth_token_url.strip(), key_set_url.strip()]
    if not all(words) or not 1 <= len(deployments) <= MOST_DEPLOYMENTS:
        raise Invalid("lti_platform_invalid")
    if not all(urlsplit(one).scheme in {"http", "https"} and urlsplit(one).hostname for one in addresses):
        raise Invalid("lti_platform_invalid")
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    platform = LtiPlatform(
        name=words[0][:120],
        issuer=words[1][:500],
        client_id=words[2][:200],
        deployment_ids=deployments,
        auth_login_url=addresses[0],
        auth_token_url=addresses[1],
        key_set_url=addresses[2],
        private_key_sealed=vault.seal(private, PURPOSE),
        public_key=public.decode(),
    )
    try:
        with writing(db):
            db.add(platform)
    except IntegrityError as error:
        raise Conflict("lti_platform_known") from error
    return platform


def list_all(db: Session) -> list[LtiPlatform]:
    """Every platform, by name."""
    return list(db.scalars(select(LtiPlatform).order_by(LtiPlatform.name, LtiPlatform.id)))


def remove(db: Session, by: Account, platform_id: int) -> None:
    """Forgets a platform: nobody gets in through it any more. Courses and accounts stay.

    :raises Forbidden: ``administrator_only``.
    :raises NotFound: ``lti_platform_not_found``.
    """
    if not by.is_administrator:
        raise Forbidden("administrator_only")
    with writing(db):
        platform = db.get(LtiPlatform, platform_id)
        if platform is None:
            raise NotFound("lti_platform_not_found")
        db.delete(platform)


def find(db: Session, issuer: str, client_id: str | None) -> LtiPlatform | None:
    """The platform of an issuer; without a client id only if there is a single one."""
    query = select(LtiPlatform).where(LtiPlatform.issuer == issuer)
    if client_id is not None:
        return db.scalar(query.where(LtiPlatform.client_id == client_id))
    found = db.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def registration(platform: LtiPlatform, vault: Vault) -> Registration:
    """What the LTI library needs to speak with the platform, with the tool's private key."""
    made = Registration()
    made.set_issuer(platform.issuer).set_client_id(platform.client_id)
    made.set_auth_login_url(platform.auth_login_url).set_auth_token_url(platform.auth_token_url)
    made.set_key_set_url(platform.key_set_url)
    made.set_tool_private_key(vault.open(platform.private_key_sealed, PURPOSE).decode())
    made.set_tool_public_key(platform.public_key)
    return made


def key_set(db: Session) -> dict[str, Any]:
    """The public keys that the tool signs with, as a JSON Web Key Set (RFC 7517)."""
    return {"keys": [Registration.get_jwk(platform.public_key) for platform in list_all(db)]}
