"""Certificates: JSON signed with Ed25519 (RFC 8032), which anybody can check with the public key."""

import hashlib
import hmac
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import NotFound
from server.models import ErasureCertificate


class Signer:
    """Signs, and names people by a pseudonym that only this installation can compute.

    :param key: 32 bytes, the private key's seed.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._private = Ed25519PrivateKey.from_private_bytes(key)

    @property
    def public_key(self) -> str:
        """32 bytes in hex."""
        return self._private.public_key().public_bytes_raw().hex()

    def pseudonym(self, number: str) -> str:
        """Stands for a student number: whoever has the key and the number can tell that it is theirs."""
        return hmac.new(self._key, f"student:{number}".encode(), hashlib.sha256).hexdigest()

    def sign(self, body: str) -> str:
        """The signature of a text, in hex."""
        return self._private.sign(body.encode()).hex()


def keep(db: Session, signer: Signer, content: dict[str, Any], clean: bool) -> ErasureCertificate:
    """Signs and stores a certificate."""
    body = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=True)
    with writing(db):
        made = ErasureCertificate(body=body, clean=clean, signature=signer.sign(body))
        db.add(made)
    return made


def as_file(certificate: ErasureCertificate, public_key: str) -> str:
    """What is handed out."""
    content = {"body": certificate.body, "signature": certificate.signature, "public_key": public_key}
    return json.dumps(content, indent=1) + "\n"


def holds(text: str, public_key: str) -> bool:
    """Whether a certificate's file was signed with this key and not changed since."""
    try:
        content = json.loads(text)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(content["signature"]), content["body"].encode())
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        return False
    return True


def list_all(db: Session) -> list[ErasureCertificate]:
    """All certificates, the newest first."""
    return list(db.scalars(select(ErasureCertificate).order_by(ErasureCertificate.id.desc())))


def get(db: Session, certificate_id: int) -> ErasureCertificate:
    """One certificate.

    :raises NotFound: ``certificate_not_found``.
    """
    found = db.get(ErasureCertificate, certificate_id)
    if found is None:
        raise NotFound("certificate_not_found")
    return found
