"""What kiosks load: a gesture model's files, under an address that changes with them."""

import hashlib
import json
import zipfile
from io import BytesIO
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.exceptions import NotFound
from server.models import GestureModel, Kiosk
from server.services import gesture_labels, gesture_models
from server.services.gesture_archive import from_folder
from server.services.gesture_export import METADATA, MODEL, WEIGHTS, ExportRefused, files_sha256, read_export

MEANINGS = "meanings.json"
"""Beside an export's own three files: label → gesture."""
VERSION_LENGTH = 32


class DefaultGestures:
    """The model that comes with the program, or what the operator put in its place; read anew if changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp: tuple[tuple[int, int], ...] = ()
        self._files: dict[str, bytes] = {}
        self._labels: tuple[str, ...] = ()

    def read(self) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """Its files and its labels.

        :raises ExportRefused: when what the operator put there is no export.
        """
        stamp = tuple(
            (path.stat().st_mtime_ns, path.stat().st_size)
            for path in (self.folder / name for name in (MODEL, METADATA, WEIGHTS))
            if path.is_file()
        )
        if stamp != self._stamp or not self._files:
            files = from_folder(self.folder)
            labels = read_export(files).labels
            self._files, self._labels, self._stamp = files, labels, stamp
        return self._files, self._labels


def version_for(db: Session, default: DefaultGestures, kiosk: Kiosk | None) -> str:
    """The version that a kiosk (or a browser that is none) is to load.

    :raises ExportRefused: as :meth:`DefaultGestures.read`.
    """
    model = gesture_models.of_kiosk(db, kiosk)
    return version_of(model) if model is not None else default_version(db, default)


def version_of(model: GestureModel) -> str:
    """Changes when the files or what their labels mean do."""
    return _version(model.files_sha256, model.meanings)


def default_version(db: Session, default: DefaultGestures) -> str:
    """As :func:`version_of`, of the model that comes with the program."""
    files, labels = default.read()
    return _version(files_sha256(*files.values()), gesture_labels.meanings(db, labels))


def served(db: Session, default: DefaultGestures, version: str, name: str) -> bytes:
    """One file of a version.

    :raises NotFound: ``gesture_model_not_found``, for versions that are not any more too.
    """
    for model in db.scalars(
        select(GestureModel).order_by(GestureModel.for_everyone.desc(), GestureModel.id.desc())
    ):
        if version_of(model) == version:
            return _content(model, name)
    if not _is_default(db, default, version):
        raise NotFound("gesture_model_not_found")
    files, labels = default.read()
    if name == MEANINGS:
        return _json(gesture_labels.meanings(db, labels))
    return files[name]


def _is_default(db: Session, default: DefaultGestures, version: str) -> bool:
    try:
        return version == default_version(db, default)
    except ExportRefused:
        return False


def as_zip(model: GestureModel) -> bytes:
    """The export as Teachable Machine hands it out: a zip of the three files."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (MODEL, METADATA, WEIGHTS):
            archive.writestr(name, _content(model, name))
    return packed.getvalue()


def _content(model: GestureModel, name: str) -> bytes:
    # Only the column that is asked for is loaded.
    match name:
        case "model.json":
            return model.model_json
        case "metadata.json":
            return model.metadata_json
        case "weights.bin":
            return model.weights
        case _:
            return _json(model.meanings)


def _version(sha256: str, meanings: dict[str, str | None]) -> str:
    return hashlib.sha256(sha256.encode() + _json(meanings)).hexdigest()[:VERSION_LENGTH]


def _json(meanings: dict[str, str | None]) -> bytes:
    return json.dumps(meanings, ensure_ascii=False, sort_keys=True).encode()
