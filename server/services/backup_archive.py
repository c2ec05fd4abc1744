"""What lies in a backup: a sealed, compressed tar of JSON lines and files, read from front to back.

``head.json`` says what it is; ``tables/NAME/NUMBER.jsonl`` hold rows; ``files/…`` lay in the data folder;
``secrets/…`` are keys; ``manifest.json``, at the end, names the SHA-256 of each of them.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from server.services.backup_refusal import BackupRefused, Refusal
from server.services.backup_sealing import CHUNK, SealedReader, SealedWriter

HEAD, MANIFEST = "head.json", "manifest.json"
TABLES, FILES, KEYS = "tables", "files", "secrets"
PART_BYTES = 4 << 20
"""Rows are gathered up to this size before they become a member."""
_COMPRESSION = 1
_PIECE = 1 << 18


class ArchiveWriter:
    """Adds members; made by :func:`writing_archive`."""

    def __init__(self, tar: tarfile.TarFile, head: dict[str, Any]) -> None:
        self._tar = tar
        self._hashes: dict[str, str] = {}
        self._rows: dict[str, int] = {}
        self.add(HEAD, json.dumps(head, sort_keys=True, indent=1).encode())

    def add(self, name: str, content: bytes) -> None:
        """A member that is at hand."""
        self._add(name, len(content), io.BytesIO(content))

    def add_file(self, name: str, path: Path) -> None:
        """A member from a file that does not change meanwhile."""
        with path.open("rb") as file:
            self._add(name, path.stat().st_size, file)

    def add_rows(self, table: str, lines: Iterable[bytes]) -> None:
        """A table, in parts that fit into memory."""
        part, size, number = [], 0, 0
        self._rows[table] = 0
        for line in lines:
            self._rows[table] += 1
            part.append(line)
            size += len(line)
            if size >= PART_BYTES:
                self.add(f"{TABLES}/{table}/{number:06}.jsonl", b"".join(part))
                part, size, number = [], 0, number + 1
        if part:
            self.add(f"{TABLES}/{table}/{number:06}.jsonl", b"".join(part))

    def finish(self) -> dict[str, int]:
        """Writes the manifest; gives the number of rows by table."""
        manifest = {"sha256": self._hashes, "rows": self._rows}
        self.add(MANIFEST, json.dumps(manifest, sort_keys=True, indent=1).encode())
        return self._rows

    def _add(self, name: str, size: int, file: BinaryIO) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        hashing = _Hashing(file)
        self._tar.addfile(member, hashing)
        self._hashes[name] = hashing.sha256.hexdigest()


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.sha256.update(content)
        return content


@contextmanager
def writing_archive(file: BinaryIO, passphrase: str, head: dict[str, Any]) -> Iterator[ArchiveWriter]:
    """An archive to fill; it is whole once this ends without an exception."""
    sealed = SealedWriter(file, passphrase)
    with (
        gzip.GzipFile(fileobj=sealed, mode="wb", compresslevel=_COMPRESSION, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield ArchiveWriter(tar, head)
    sealed.finish()


@dataclass(frozen=True)
class Member:
    """A part of an archive.

    :ivar kind: ``tables``, ``files`` or ``secrets``.
    :ivar path: below that; a table's name for rows.
    """

    kind: str
    path: PurePosixPath
    content: BinaryIO


class ArchiveReader:
    """Goes through an archive once; made by :func:`reading_archive`.

    :ivar head: what the archive says about itself.
    """

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._hashes: dict[str, str] = {}
        first = tar.next()
        if first is None or first.name != HEAD:
            raise BackupRefused(Refusal.INCOMPLETE, HEAD)
        self.head: dict[str, Any] = json.loads(self._read(first))
        self._rows: dict[str, int] = dict.fromkeys(self.head["tables"], 0)

    def members(self) -> Iterator[Member]:
        """Everything in the archive; afterwards it is known to be whole.

        :raises BackupRefused: ``incomplete``, at the end.
        """
        while (found := self._tar.next()) is not None:
            if found.name == MANIFEST:
                manifest = json.loads(self._tar.extractfile(found).read())  # type: ignore[union-attr]
                if manifest != {"sha256": self._hashes, "rows": self._rows}:
                    raise BackupRefused(Refusal.INCOMPLETE, MANIFEST)
                return
            yield from self._member(found)
        raise BackupRefused(Refusal.INCOMPLETE, MANIFEST)

    def _member(self, found: tarfile.TarInfo) -> Iterator[Member]:
        path = PurePosixPath(found.name)
        kind, *rest = path.parts
        if not found.isreg() or not rest or ".." in rest or path.is_absolute():
            raise BackupRefused(Refusal.INCOMPLETE, found.name)
        below = PurePosixPath(*rest)
        if kind == TABLES:
            lines = self._read(found)
            self._rows[rest[0]] = self._rows.get(rest[0], 0) + lines.count(b"\n")
            yield Member(kind, PurePosixPath(rest[0]), io.BytesIO(lines))
            return
        content = self._tar.extractfile(found)
        assert content is not None
        hashing = _Hashing(content)  # type: ignore[arg-type]
        yield Member(kind, below, hashing)  # type: ignore[arg-type]
        while hashing.read(_PIECE):  # Whatever the reader left.
            pass
        self._hashes[found.name] = hashing.sha256.hexdigest()

    def _read(self, found: tarfile.TarInfo) -> bytes:
        content = self._tar.extractfile(found).read()  # type: ignore[union-attr]
        self._hashes[found.name] = hashlib.sha256(content).hexdigest()
        return content


@contextmanager
def reading_archive(path: Path, passphrase: str) -> Iterator[ArchiveReader]:
    """An archive to read.

    :raises BackupRefused: for a file that is none, and while it is read.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupRefused(Refusal.UNREADABLE, error.strerror or str(error)) from error
    try:
        with (
            file,
            io.BufferedReader(SealedReader(file, passphrase), CHUNK) as opened,
            gzip.GzipFile(fileobj=opened, mode="rb") as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|") as tar,
        ):
            yield ArchiveReader(tar)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BackupRefused(Refusal.INCOMPLETE) from error
