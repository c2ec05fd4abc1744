"""The paper that travels with a saved model and is checked before the model is unpickled.

A pickle runs code when it is loaded, so nothing is handed to joblib until the bytes on disk are shown to be
the bytes that were written: length, SHA-256 and, where the operator keeps a key, an HMAC (RFC 2104) over the
whole manifest. Without a key the manifest finds damage and mix-ups, but not a deliberate forgery.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib

from recognition.exceptions import ModelRejected

FORMAT_VERSION = 1
MODEL_FILE = "model.joblib"
MANIFEST_FILE = "manifest.json"
MAX_MANIFEST_BYTES = 64 * 1024
# Arrays and plain values only are pickled; these two libraries write and read them.
PICKLED_BY = ("joblib", "numpy")
RECORDED = (*PICKLED_BY, "scikit-learn")


@dataclass(frozen=True)
class Manifest:
    """What a model says of itself; `hmac` is empty where it was saved without a key."""

    format_version: int
    embedder_id: str
    training_digest: str
    libraries: dict[str, str]
    size: int
    sha256: str
    hmac: str = ""

    def signature(self, key: bytes) -> str:
        """HMAC-SHA-256 over every other field, as lower-case hexadecimal."""
        content = {name: value for name, value in asdict(self).items() if name != "hmac"}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
        return hmac.new(key, canonical, hashlib.sha256).hexdigest()


def save(
    folder: Path, payload: Mapping[str, Any], *, embedder_id: str, training_digest: str, key: bytes | None
) -> Manifest:
    """Write `payload` (plain values and arrays) and its manifest into `folder`, made when missing.

    Each file appears whole or not at all; the manifest comes last, so a reader meanwhile sees either a
    complete model or one that fails its check. Raises OSError where the folder cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    joblib.dump(dict(payload), buffer)
    data = buffer.getvalue()
    unsigned = Manifest(
        format_version=FORMAT_VERSION,
        embedder_id=embedder_id,
        training_digest=training_digest,
        libraries={name: version(name) for name in RECORDED},
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    content = asdict(unsigned) | {"hmac": unsigned.signature(key) if key else ""}
    _replace(folder / MODEL_FILE, data)
    _replace(folder / MANIFEST_FILE, (json.dumps(content, indent=2, sort_keys=True) + "\n").encode())
    return Manifest(**content)


def load(
    folder: Path, *, key: bytes | None, embedder_id: str | None = None
) -> tuple[Manifest, dict[str, Any]]:
    """The manifest and the payload, unpickled only after every check has passed.

    With a key, an unsigned model is refused. Raises ModelRejected, whose `reason` is one of missing,
    manifest_unreadable, format_version, libraries, embedder, unsigned, signature, damaged.
    """
    folder = Path(folder)
    manifest = read(folder)
    _check_claims(folder, manifest, key, embedder_id)
    path = folder / MODEL_FILE
    try:
        if path.stat().st_size != manifest.size:
            raise ModelRejected(f"{path} is not the size that its manifest states", reason="damaged")
        data = path.read_bytes()
    except OSError as error:
        raise ModelRejected(f"{path} cannot be read: {error.strerror}", reason="missing") from error
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), manifest.sha256):
        raise ModelRejected(f"{path} does not have the SHA-256 that its manifest states", reason="damaged")
    return manifest, joblib.load(io.BytesIO(data))


def read(folder: Path) -> Manifest:
    """The manifest alone; its claims are not checked yet. Raises ModelRejected."""
    path = Path(folder) / MANIFEST_FILE
    try:
        with path.open("rb") as file:
            text = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise ModelRejected(f"{folder} holds no roster model ({MANIFEST_FILE})", reason="missing") from error
    try:
        content = json.loads(text) if len(text) <= MAX_MANIFEST_BYTES else None
    except ValueError:
        content = None
    expected = {field.name: type_ for field, type_ in zip(fields(Manifest), _TYPES, strict=True)}
    if not isinstance(content, dict) or {k: type(v) for k, v in content.items()} != expected:
        raise ModelRejected(f"{path} is not the manifest of a roster model", reason="manifest_unreadable")
    return Manifest(**content)


_TYPES = (int, str, str, dict, int, str, str)


def _check_claims(folder: Path, manifest: Manifest, key: bytes | None, embedder_id: str | None) -> None:
    if manifest.format_version != FORMAT_VERSION:
        raise ModelRejected(
            f"{folder} has format {manifest.format_version}, this version reads {FORMAT_VERSION}",
            reason="format_version",
        )
    if key and not manifest.hmac:
        raise ModelRejected(f"{folder} is not signed, and this installation requires it", reason="unsigned")
    if key and not hmac.compare_digest(manifest.signature(key), manifest.hmac):
        raise ModelRejected(f"{folder} was not signed with this installation's key", reason="signature")
    if embedder_id is not None and manifest.embedder_id != embedder_id:
        raise ModelRejected(
            f"{folder} was fitted on embeddings of {manifest.embedder_id}, not of {embedder_id}",
            reason="embedder",
        )
    for name in PICKLED_BY:
        made_with, here = str(manifest.libraries.get(name, "")), version(name)
        if made_with.split(".")[0] != here.split(".")[0]:
            raise ModelRejected(
                f"{folder} was written by {name} {made_with or '?'}, here is {here}", reason="libraries"
            )


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
