"""Encryption at rest of photos, templates and roster models."""

import base64
import binascii
import hashlib
import os

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

FORMAT = b"\x01"
KEY_ID_LENGTH = 4
NONCE_LENGTH = 12


class VaultError(Exception):
    """The content was not sealed by this vault, for this purpose, or was changed since."""


class Vault:
    """AES-256-GCM (NIST SP 800-38D) under one key.

    What is sealed is bound to its purpose: a template copied into another student's row does not open.
    Layout: format (1 byte), key id (4), nonce (12), ciphertext with tag.

    :param key: 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the vault's key must be 32 bytes")
        self._cipher = AESGCM(key)
        self.key_id = hashlib.sha256(b"key id:" + key).digest()[:KEY_ID_LENGTH]

    def seal(self, content: bytes, purpose: str) -> bytes:
        """Encrypted content; only :meth:`open` with the same purpose gives it back."""
        nonce = os.urandom(NONCE_LENGTH)
        return FORMAT + self.key_id + nonce + self._cipher.encrypt(nonce, content, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The content.

        :raises VaultError: for another key, another purpose, or a single changed bit.
        """
        start = len(FORMAT) + KEY_ID_LENGTH
        if len(sealed) < start + NONCE_LENGTH or sealed[:1] != FORMAT:
            raise VaultError("not sealed content")
        if sealed[1:start] != self.key_id:
            raise VaultError(f"sealed under another key: {sealed[1:start].hex()}")
        try:
            return self._cipher.decrypt(
                sealed[start : start + NONCE_LENGTH], sealed[start + NONCE_LENGTH :], purpose.encode()
            )
        except InvalidTag as error:
            raise VaultError("the content was changed or sealed for another purpose") from error

    def seal_photo(self, jpeg: bytes, student_id: int) -> bytes:
        """A student's photo, sealed."""
        return self.seal(jpeg, f"photo:{student_id}")

    def open_photo(self, sealed: bytes, student_id: int) -> bytes:
        """A student's photo as JPEG bytes; raises :class:`VaultError`."""
        return self.open(sealed, f"photo:{student_id}")

    def seal_template(self, embedding: NDArray[np.float32], student_id: int, embedder_id: str) -> bytes:
        """A (D,) embedding, sealed for this student and embedder."""
        content = np.ascontiguousarray(embedding, dtype="<f4").tobytes()
        return self.seal(content, f"template:{student_id}:{embedder_id}")

    def open_template(self, sealed: bytes, student_id: int, embedder_id: str) -> NDArray[np.float32]:
        """The (D,) float32 embedding; raises :class:`VaultError`."""
        content = self.open(sealed, f"template:{student_id}:{embedder_id}")
        return np.frombuffer(content, dtype="<f4").astype(np.float32)


def parse_key(text: str) -> bytes:
    """32 bytes from 64 hex digits or from base64.

    :raises ValueError: when it is neither.
    """
    text = text.strip()
    try:
        key = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValueError("must be 32 bytes, as 64 hex digits or in base64") from error
    if len(key) != 32:
        raise ValueError("must be 32 bytes, as 64 hex digits or in base64")
    return key
