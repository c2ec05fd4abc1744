"""Encryption at rest of photos, templates and roster models."""

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Sequence

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

FORMAT = b"\x01"
KEY_ID_LENGTH = 4
NONCE_LENGTH = 12
HEAD_LENGTH = len(FORMAT) + KEY_ID_LENGTH
"""How much of sealed content tells which key sealed it."""


class VaultError(Exception):
    """The content was not sealed by this vault, for this purpose, or was changed since."""


Renewed = Callable[[], Sequence[bytes] | None]
"""Gives the keys, the present one first, when they changed since it was last asked; else ``None``."""


class Vault:
    """AES-256-GCM (NIST SP 800-38D) under one key, and older ones that still open what they sealed.

    What is sealed is bound to its purpose: a template copied into another student's row does not open.
    Layout: format (1 byte), key id (4), nonce (12), ciphertext with tag.

    :param key: 32 bytes; seals.
    :param older: only open.
    :param renewed: tells a running process that the keys were rotated.
    """

    def __init__(self, key: bytes, older: Sequence[bytes] = (), renewed: Renewed | None = None) -> None:
        self._renewed = renewed
        self._take((key, *older))

    def _take(self, keys: Sequence[bytes]) -> None:
        if any(len(key) != 32 for key in keys):
            raise ValueError("the vault's key must be 32 bytes")
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self._present = keys[0]
        self.key_id = key_id(keys[0])

    def _look(self) -> None:
        keys = self._renewed() if self._renewed is not None else None
        if keys is not None:
            self._take(keys)

    def seal(self, content: bytes, purpose: str) -> bytes:
        """Encrypted content; only :meth:`open` with the same purpose gives it back."""
        self._look()
        nonce = os.urandom(NONCE_LENGTH)
        present = self.key_id
        return FORMAT + present + nonce + self._ciphers[present].encrypt(nonce, content, purpose.encode())

    def is_current(self, sealed: bytes) -> bool:
        """Whether the present key sealed it."""
        return sealed_under(sealed) == self.key_id

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The content.

        :raises VaultError: for another key, another purpose, or a single changed bit.
        """
        start = len(FORMAT) + KEY_ID_LENGTH
        if len(sealed) < start + NONCE_LENGTH or sealed[:1] != FORMAT:
            raise VaultError("not sealed content")
        wanted = sealed_under(sealed)
        if wanted not in self._ciphers:
            self._look()
        cipher = self._ciphers.get(wanted)
        if cipher is None:
            raise VaultError(f"sealed under another key: {wanted.hex()}")
        try:
            return cipher.decrypt(
                sealed[start : start + NONCE_LENGTH], sealed[start + NONCE_LENGTH :], purpose.encode()
            )
        except InvalidTag as error:
            raise VaultError("the content was changed or sealed for another purpose") from error

    def derived(self, purpose: str) -> bytes:
        """32 bytes that only the present key gives, others for each purpose (HKDF, RFC 5869)."""
        self._look()
        return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(self._present)

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


def key_id(key: bytes) -> bytes:
    """Tells keys apart and says nothing about them."""
    return hashlib.sha256(b"key id:" + key).digest()[:KEY_ID_LENGTH]


def sealed_under(sealed: bytes) -> bytes:
    """The id of the key that sealed it."""
    return sealed[len(FORMAT) : len(FORMAT) + KEY_ID_LENGTH]


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
