"""The files of a gesture export, out of a zip, a folder or an upload: the three that matter, and bounded."""

import io
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from server.services.damaged_zip import DAMAGED
from server.services.gesture_export import FILES, MAX_JSON_BYTES, MAX_WEIGHTS_BYTES, MODEL, ExportRefused

MAX_ZIP_BYTES = 32 * 1024 * 1024
MAX_MEMBERS = 64
_ENCRYPTED = 0x1


def from_folder(folder: Path) -> dict[str, bytes]:
    """The files in a folder.

    :raises ExportRefused: ``gesture_too_big``.
    """
    found = {name: folder / name for name in FILES if (folder / name).is_file()}
    if any(path.stat().st_size > _limit(name) for name, path in found.items()):
        raise ExportRefused("gesture_too_big", str(folder))
    return {name: path.read_bytes() for name, path in found.items()}


def from_upload(parts: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """One zip, or the three files by their names; names of folders before them are ignored."""
    uploads = [(PurePosixPath(name.replace("\\", "/")).name, content) for name, content in parts]
    if len(uploads) == 1 and uploads[0][0] not in FILES:
        return from_zip(uploads[0][1])
    return {name: content for name, content in uploads if name in FILES}


def from_zip(content: bytes) -> dict[str, bytes]:
    """The files in a zip, at its top or in one folder of it.

    Sizes that the zip states are not believed: reading stops at the limit, so that a zip bomb costs nothing.

    :raises ExportRefused: ``gesture_not_a_zip``, ``gesture_zip_unsafe`` or ``gesture_too_big``.
    """
    if len(content) > MAX_ZIP_BYTES:
        raise ExportRefused("gesture_too_big", "the zip")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: _read(archive, member) for name, member in _members(archive).items()}
    except DAMAGED as error:
        raise ExportRefused("gesture_not_a_zip", str(error)) from error


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The three files, beside one ``model.json``."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise ExportRefused("gesture_too_big", f"{len(members)} files")
    paths = {}
    for member in members:
        path = PurePosixPath(member.filename)
        if _escapes(member, path) or path in paths:
            raise ExportRefused("gesture_zip_unsafe", repr(member.filename)[:200])
        if "__MACOSX" not in path.parts:
            paths[path] = member
    models = [path for path in paths if path.name == MODEL]
    if len(models) > 1:
        raise ExportRefused("gesture_zip_unsafe", "several models")
    folder = models[0].parent if models else PurePosixPath()
    return {name: paths[folder / name] for name in FILES if folder / name in paths}


def _escapes(member: zipfile.ZipInfo, path: PurePosixPath) -> bool:
    linked = stat.S_ISLNK(member.external_attr >> 16)
    outside = path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename
    return linked or outside or bool(member.flag_bits & _ENCRYPTED)


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    limit = _limit(PurePosixPath(member.filename).name)
    if member.file_size > limit:
        raise ExportRefused("gesture_too_big", member.filename)
    with archive.open(member) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise ExportRefused("gesture_too_big", member.filename)
    return content


def _limit(name: str) -> int:
    return MAX_JSON_BYTES if name.endswith(".json") else MAX_WEIGHTS_BYTES
