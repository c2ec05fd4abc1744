"""Big uploads: encrypted at rest in parts, and read as one file that never lies there in the clear."""

import io

from server.exceptions import Invalid
from server.services.sealed_shelves import Shelf
from server.services.vault import Vault, VaultError

NAME = "uploads"
PART_BYTES = 8 * 1024 * 1024
"""Every part but the last has exactly so many."""
_PARTS_AT_HAND = 2


class SealedUploads:
    """One folder an upload.

    :param shelf: where they lie.
    """

    def __init__(self, shelf: Shelf, vault: Vault) -> None:
        self._shelf = shelf
        self._vault = vault

    def write(self, folder: str, number: int, content: bytes) -> None:
        """Keeps a part; the same part again takes the earlier one's place."""
        self._shelf.put(folder, str(number), self._vault.seal(content, _purpose(folder, number)))

    def read(self, folder: str, number: int) -> bytes:
        """A part; raises :class:`VaultError` or OSError."""
        return self._vault.open(self._shelf.get(folder, str(number)), _purpose(folder, number))

    def kept(self, folder: str) -> set[int]:
        """Numbers of the parts that are there."""
        return {int(name) for name in self._shelf.names(folder)}

    def open(self, folder: str, size: int) -> io.BufferedReader:
        """The whole upload of so many bytes as one file.

        :raises Invalid: ``upload_incomplete``.
        """
        if not set(range(parts_of(size))) <= self.kept(folder):
            raise Invalid("upload_incomplete")
        return io.BufferedReader(_SealedFile(self, folder, size), 1 << 16)

    def delete(self, folder: str) -> None:
        """Removes an upload; nothing happens when it is gone already."""
        self._shelf.remove(folder)

    def folders(self) -> set[str]:
        """Every upload that is kept."""
        return self._shelf.folders()


def parts_of(size: int) -> int:
    """How many parts so many bytes have."""
    return -(-size // PART_BYTES)


def _purpose(folder: str, number: int) -> str:
    return f"upload:{folder}/{number}"


class _SealedFile(io.RawIOBase):
    """Opens the parts as they are read, and forgets them again."""

    def __init__(self, uploads: SealedUploads, folder: str, size: int) -> None:
        super().__init__()
        self._uploads, self._folder, self._size = uploads, folder, size
        self._place = 0
        self._at_hand: dict[int, bytes] = {}

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError("before the start")
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._place >= self._size:
            return 0
        number, start = divmod(self._place, PART_BYTES)
        content = self._part(number)[start : start + len(buffer)]
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

    def _part(self, number: int) -> bytes:
        if number not in self._at_hand:
            while len(self._at_hand) >= _PARTS_AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]
            try:
                self._at_hand[number] = self._uploads.read(self._folder, number)
            except VaultError as error:
                raise OSError(str(error)) from error
        return self._at_hand[number]
