"""Reading a Teachable Machine pose export: nothing is believed before it is checked, and nothing is run.

The format is that of teachablemachine.withgoogle.com: ``model.json`` (a tfjs-layers topology and the list of
its weights), ``metadata.json`` (labels, and which PoseNet the model stands on) and ``weights.bin`` (float32,
little-endian, one array after the other). What is kept and served are the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from server.exceptions import ServerError
from server.services.gesture_topology import Weight, weights_of

MODEL, METADATA, WEIGHTS = FILES = ("model.json", "metadata.json", "weights.bin")
MAX_JSON_BYTES = 1024 * 1024
MAX_WEIGHTS_BYTES = 24 * 1024 * 1024
MAX_LABELS = 64
MAX_LABEL_LENGTH = 200
POSENET = {"architecture": "MobileNetV1", "outputStride": 16, "inputResolution": 257, "multiplier": 0.75}
"""The one that kiosks have, and the only one that Teachable Machine uses."""

STATUSES = {"gesture_too_big": 413, "gesture_not_a_zip": 415}


class ExportRefused(ServerError):
    """No export that a kiosk could use; the reason says why. Status 422, 413 (size) or 415 (no zip)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.status = STATUSES.get(reason, 422)


@dataclass(frozen=True)
class GestureExport:
    """A checked export.

    labels in the order of the outputs; tfjs_version and made_at as the export says; the files unchanged.
    """

    name: str
    labels: tuple[str, ...]
    tfjs_version: str
    made_at: str
    model_json: bytes
    metadata_json: bytes
    weights: bytes

    @property
    def files_sha256(self) -> str:
        """Of the three files one after the other."""
        return files_sha256(self.model_json, self.metadata_json, self.weights)


def files_sha256(model_json: bytes, metadata_json: bytes, weights: bytes) -> str:
    """Which export this is, in hex."""
    digest = hashlib.sha256()
    for content in (model_json, metadata_json, weights):
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def read_export(files: Mapping[str, bytes]) -> GestureExport:
    """Checks the three files of an export.

    :param files: by name, as given by :mod:`server.services.gesture_archive`.
    :raises ExportRefused: with the first thing that is wrong.
    """
    for name in FILES:
        if name not in files:
            # An image or audio model is told as such, even where its weights were left out.
            if METADATA in files:
                _refuse_other_kinds(_json(files[METADATA], METADATA))
            raise ExportRefused("gesture_file_missing", name)
    if len(files[WEIGHTS]) > MAX_WEIGHTS_BYTES:
        raise ExportRefused("gesture_too_big", WEIGHTS)
    metadata = _json(files[METADATA], METADATA)
    model = _json(files[MODEL], MODEL)
    _refuse_other_kinds(metadata)
    labels = _labels(metadata)
    _check_posenet(metadata)
    try:
        expected = weights_of(model.get("modelTopology"), outputs=len(labels), refuse=ExportRefused)
    except RecursionError as error:
        raise ExportRefused("gesture_json_invalid", MODEL) from error
    _check_manifest(model.get("weightsManifest"), expected)
    needed = sum(weight.bytes for weight in expected)
    if len(files[WEIGHTS]) != needed:
        short = len(files[WEIGHTS]) < needed
        raise ExportRefused(
            "gesture_weights_truncated" if short else "gesture_weights_too_long",
            f"{len(files[WEIGHTS])} bytes instead of {needed}",
        )
    return GestureExport(
        name=_text(metadata.get("modelName"), 120),
        labels=labels,
        tfjs_version=_text(metadata.get("tfjsVersion"), 32),
        made_at=_text(metadata.get("timeStamp"), 40),
        model_json=files[MODEL],
        metadata_json=files[METADATA],
        weights=files[WEIGHTS],
    )


def _json(content: bytes, name: str) -> dict[str, Any]:
    if len(content) > MAX_JSON_BYTES:
        raise ExportRefused("gesture_too_big", name)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ExportRefused("gesture_json_invalid", name) from error
    if not isinstance(value, dict):
        raise ExportRefused("gesture_json_invalid", name)
    return value


def _text(value: object, longest: int) -> str:
    """What the export says of itself, for people to read; nothing depends on it."""
    return (
        "".join(letter for letter in value if letter.isprintable())[:longest]
        if isinstance(value, str)
        else ""
    )


def _refuse_other_kinds(metadata: dict[str, Any]) -> None:
    package = metadata.get("packageName")
    if package == "@teachablemachine/image" or "imageSize" in metadata:
        raise ExportRefused("gesture_image_model")
    if "tfjsSpeechCommandsVersion" in metadata or "wordLabels" in metadata:
        raise ExportRefused("gesture_audio_model")


def _writable(text: str) -> bool:
    """Whether databases take it: no NUL, no half of a surrogate pair (JSON may hold both)."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def _labels(metadata: dict[str, Any]) -> tuple[str, ...]:
    labels = metadata.get("labels")
    if not isinstance(labels, list):
        raise ExportRefused("gesture_labels_invalid")
    fine = (
        2 <= len(labels) <= MAX_LABELS
        and all(isinstance(label, str) and 0 < len(label.strip()) <= MAX_LABEL_LENGTH for label in labels)
        and len(set(labels)) == len(labels)
    )
    if not fine or not _writable("".join(labels)):
        raise ExportRefused("gesture_labels_invalid")
    return tuple(labels)


def _check_posenet(metadata: dict[str, Any]) -> None:
    """Silence means Teachable Machine's own, but another one named would give other numbers."""
    settings = metadata.get("modelSettings", {})
    named = settings.get("posenet", {}) if isinstance(settings, dict) else None
    if not isinstance(named, dict):
        raise ExportRefused("gesture_json_invalid", METADATA)
    for key, value in POSENET.items():
        if named.get(key, value) != value:
            raise ExportRefused("gesture_other_posenet", f"{key} is {named[key]!r}")


def _check_manifest(manifest: object, expected: list[Weight]) -> None:
    """The list of weights has to be the topology's, in one file beside it, as plain float32."""
    try:
        paths = list(chain.from_iterable(group["paths"] for group in manifest))  # type: ignore[attr-defined]
        listed = list(chain.from_iterable(group["weights"] for group in manifest))  # type: ignore[attr-defined]
        found = [(spec["name"], tuple(spec["shape"])) for spec in listed]
        plain = all(spec["dtype"] == "float32" and "quantization" not in spec for spec in listed)
    except (TypeError, KeyError, AttributeError) as error:
        raise ExportRefused("gesture_json_invalid", MODEL) from error
    if paths != [WEIGHTS]:
        raise ExportRefused("gesture_weights_elsewhere")
    if not plain:
        raise ExportRefused("gesture_weights_dtype")
    if found != [(weight.name, weight.shape) for weight in expected]:
        raise ExportRefused("gesture_weights_do_not_fit")
