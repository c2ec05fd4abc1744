"""A stream that is encrypted and authenticated under a passphrase, of any length, read and written in chunks.

STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, CRYPTO 2015) over AES-256-GCM: each chunk's nonce holds its number and whether it is the
last, so that chunks can be neither changed, swapped, left out nor cut off. The key comes from the passphrase
by scrypt (RFC 7914) and HKDF (RFC 5869); its costs and salt stand in the header, which every chunk is bound
to. A check value in the header tells a wrong passphrase from a damaged file.
"""

import hmac
import io
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from server.services.backup_refusal import BackupRefused, Refusal

MAGIC = b"face-check-in backup"
FORMAT = 1
COST = 17
"""Base-2 logarithm of scrypt's N: 128 MB of memory for each guess."""
_MOST_COST = 20
_BLOCK, _LANES = 8, 1
CHUNK = 1 << 20
_TAG = 16
END = b"face-check-in end\n"
"""After the last chunk. It proves nothing, but tells a file that was cut off from one that was changed."""
_HEADER = struct.Struct(f">{len(MAGIC)}sBB16s7s16s")
"""Magic, format, cost, salt, nonce prefix, check value."""
_NONCE = struct.Struct(">7sI?")


def _keys(passphrase: str, cost: int, salt: bytes) -> tuple[bytes, bytes]:
    """The key, and the check value that tells nothing about it."""
    master = Scrypt(salt=salt, length=32, n=1 << cost, r=_BLOCK, p=_LANES).derive(passphrase.encode())
    both = HKDF(algorithm=SHA256(), length=48, salt=salt, info=MAGIC).derive(master)
    return both[:32], both[32:]


class SealedWriter(io.RawIOBase):
    """Writes into a file; :meth:`finish` writes the last chunk, without which nobody takes the file as whole.

    :param passphrase: as the operator gave it.
    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        super().__init__()
        salt, self._prefix = os.urandom(16), os.urandom(7)
        key, check = _keys(passphrase, COST, salt)
        self._cipher = AESGCM(key)
        self._header = _HEADER.pack(MAGIC, FORMAT, COST, salt, self._prefix, check)
        self._file, self._waiting, self._number = file, bytearray(), 0
        file.write(self._header)

    def writable(self) -> bool:
        return True

    def write(self, content: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._waiting += content
        while len(self._waiting) > CHUNK:  # A chunk that is full waits: it may be the last.
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def finish(self) -> None:
        """Writes what waits as the last chunk."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()
        self._file.write(END)

    def _seal(self, content: bytes, *, last: bool) -> None:
        nonce = _NONCE.pack(self._prefix, self._number, last)
        self._file.write(self._cipher.encrypt(nonce, content, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads what :class:`SealedWriter` wrote; gives no byte that is not authenticated.

    :param file: that can be searched.
    :raises BackupRefused: ``not_a_backup``, ``newer_format``, ``wrong_key``, ``truncated`` at once;
        ``damaged`` while it is read.
    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        super().__init__()
        header = file.read(_HEADER.size)
        if not header.startswith(MAGIC):
            raise BackupRefused(Refusal.NOT_A_BACKUP)
        if len(header) < _HEADER.size:
            raise BackupRefused(Refusal.TRUNCATED)
        _, made, cost, salt, self._prefix, check = _HEADER.unpack(header)
        if made != FORMAT:
            raise BackupRefused(Refusal.NEWER_FORMAT if made > FORMAT else Refusal.NOT_A_BACKUP)
        if not 10 <= cost <= _MOST_COST:
            raise BackupRefused(Refusal.DAMAGED, "the header")
        key, expected = _keys(passphrase, cost, salt)
        if not hmac.compare_digest(check, expected):
            raise BackupRefused(Refusal.WRONG_KEY)
        self._left = file.seek(0, io.SEEK_END) - _HEADER.size - len(END)
        file.seek(-len(END), io.SEEK_END)
        if self._left < _TAG or file.read() != END:
            raise BackupRefused(Refusal.TRUNCATED)
        file.seek(_HEADER.size)
        self._cipher, self._header, self._file = AESGCM(key), header, file
        self._number, self._opened, self._ended = 0, memoryview(b""), False
        self._sealed = self._next()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._opened and not self._ended:
            self._open()
        taken = min(len(buffer), len(self._opened))
        buffer[:taken] = self._opened[:taken]
        self._opened = self._opened[taken:]
        return taken

    def _next(self) -> bytes:
        found = self._file.read(min(self._left, CHUNK + _TAG))
        self._left -= len(found)
        return found

    def _open(self) -> None:
        following = self._next()
        last = not following
        nonce = _NONCE.pack(self._prefix, self._number, last)
        try:
            self._opened = memoryview(self._cipher.decrypt(nonce, self._sealed, self._header))
        except InvalidTag:
            raise BackupRefused(Refusal.DAMAGED) from None
        self._sealed, self._ended = following, last
        self._number += 1
