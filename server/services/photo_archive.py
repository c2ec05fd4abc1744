"""A ZIP of photos that are named by student number: what is in it, checked before anything is unpacked.

Nothing is ever written under a name from the ZIP, and no size that it states is believed.
"""

import re
import stat
import struct
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from recognition.exceptions import ImageRejected
from recognition.image import ImageLimits
from server.exceptions import Invalid
from server.services.damaged_zip import DAMAGED

MAX_ZIP_BYTES = 2 * 1024**3
MAX_PHOTOS = 2_000
MAX_UNPACKED_BYTES = 6 * 1024**3
MAX_DIRECTORY_BYTES = 1024 * 1024
MAX_PHOTO_BYTES = ImageLimits().max_bytes
_ENCRYPTED = 0x1
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_ZIP64_LOCATOR, _ZIP64_LOCATOR_BYTES = b"PK\x06\x07", 20
_NOISE = {"thumbs.db", "desktop.ini"}
_FIRST_WORD = re.compile(r"[\s_(.,\-]+")


@dataclass(frozen=True)
class ArchivedPhoto:
    """One file in the ZIP.

    :ivar position: of the entry in the ZIP's directory.
    :ivar number: the student number that its name says; empty for none.
    """

    position: int
    path: str
    number: str


def open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """The ZIP, once its directory is known to be of a bounded size.

    :raises Invalid: ``zip_unreadable`` or ``zip_too_many_files``.
    """
    _check_end(file)
    try:
        return zipfile.ZipFile(file)
    except DAMAGED as error:
        raise Invalid("zip_unreadable", str(error)) from error


def photos_in(archive: zipfile.ZipFile, numbers: Collection[str]) -> list[ArchivedPhoto]:
    """The files of a ZIP with the student numbers that their names say.

    :param numbers: of the course's students.
    :raises Invalid: ``zip_unsafe``, ``zip_too_many_files``, ``zip_too_big`` or ``zip_empty``.
    """
    found, unpacked = [], 0
    for position, member in enumerate(archive.infolist()):
        path = PurePosixPath(member.filename)
        if _escapes(member, path):
            raise Invalid("zip_unsafe", repr(member.filename)[:200])
        if member.is_dir() or _is_noise(path):
            continue
        unpacked += member.file_size
        found.append(ArchivedPhoto(position, member.filename[-300:], number_of(path, numbers)))
    if len(found) > MAX_PHOTOS:
        raise Invalid("zip_too_many_files", str(len(found)))
    if unpacked > MAX_UNPACKED_BYTES:
        raise Invalid("zip_too_big", str(unpacked))
    if not found:
        raise Invalid("zip_empty")
    return found


def read_photo(archive: zipfile.ZipFile, position: int) -> bytes:
    """The bytes of one file.

    :raises ImageRejected: ``too_many_bytes`` or ``truncated``.
    """
    try:
        with archive.open(archive.infolist()[position]) as stream:
            data = stream.read(MAX_PHOTO_BYTES + 1)
    except DAMAGED as error:
        raise ImageRejected(f"the file in the ZIP is damaged ({error})", reason="truncated") from error
    if len(data) > MAX_PHOTO_BYTES:
        raise ImageRejected("the file in the ZIP is too big", reason="too_many_bytes")
    return data


def number_of(path: PurePosixPath, numbers: Collection[str]) -> str:
    """The student number in a name such as ``20260101/1.jpg`` or ``20260101_1.jpg``.

    Where no part of the name is a number of the course, what looks most like one; else nothing.
    """
    names = [*reversed(path.parts[:-1]), path.stem]
    candidates = [word for name in names for word in (name.strip(), _FIRST_WORD.split(name.strip())[0])]
    for candidate in candidates:
        if candidate in numbers:
            return candidate
    return next((word for word in candidates[1::2] if re.search(r"\d{3,}", word)), "")[:64]


def _check_end(file: IO[bytes]) -> None:
    """Refuses a directory that would not fit into memory, before it is read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT - _ZIP64_LOCATOR_BYTES))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        raise Invalid("zip_unreadable", "no end record")
    if tail[max(0, end - _ZIP64_LOCATOR_BYTES) : end].startswith(_ZIP64_LOCATOR):
        raise Invalid("zip_too_many_files", "ZIP64")
    (directory,) = struct.unpack_from("<L", tail, end + 12)
    if directory > MAX_DIRECTORY_BYTES:
        raise Invalid("zip_too_many_files", f"{directory} bytes of directory")
    file.seek(0)


def _escapes(member: zipfile.ZipInfo, path: PurePosixPath) -> bool:
    linked = stat.S_ISLNK(member.external_attr >> 16)
    outside = path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename
    return linked or outside or bool(member.flag_bits & _ENCRYPTED)


def _is_noise(path: PurePosixPath) -> bool:
    """What operating systems put beside the photos."""
    return "__MACOSX" in path.parts or path.name.startswith(".") or path.name.lower() in _NOISE
