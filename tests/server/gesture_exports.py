"""Teachable Machine exports for tests: the default model's files, bent one way or another."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT = {
    name: (REPOSITORY / "models" / "pose" / name).read_bytes()
    for name in ("model.json", "metadata.json", "weights.bin")
}


def bent(**changes: Callable[[Any], None] | bytes) -> dict[str, bytes]:
    """The default's files, changed: by a function on the JSON of ``model`` or ``metadata``, or bytes."""
    files = dict(DEFAULT)
    for part, change in changes.items():
        name = "weights.bin" if part == "weights" else f"{part}.json"
        if callable(change):
            value = json.loads(files[name])
            change(value)
            files[name] = json.dumps(value).encode()
        else:
            files[name] = change
    return files


def relabelled(*labels: str) -> dict[str, bytes]:
    """An export with as many outputs as labels."""

    def outputs(model: Any) -> None:
        model["modelTopology"]["config"]["layers"][-1]["config"]["units"] = len(labels)
        model["weightsManifest"][0]["weights"][-1]["shape"][-1] = len(labels)

    first = (14739 * 100 + 100) * 4
    weights = DEFAULT["weights.bin"][:first] + noise(100 * len(labels) * 4)
    return bent(model=outputs, metadata=lambda value: value.update(labels=list(labels)), weights=weights)


def noise(size: int) -> bytes:
    """Small float32 numbers, the same each time."""
    values = np.random.default_rng(1).normal(0, 0.02, size // 4).astype("<f4").tobytes()
    return values + b"\0" * (size - len(values))


def public_export(folder: Path) -> dict[str, bytes]:
    """A public export, its weights filled with noise where they are too big to be at hand."""
    size = int(re.findall(r"\d+", (folder / "EXPECTED_WEIGHTS.txt").read_text("utf-8"))[-1])
    weights = folder / "weights.bin"
    return {
        "model.json": (folder / "model.json").read_bytes(),
        "metadata.json": (folder / "metadata.json").read_bytes(),
        "weights.bin": weights.read_bytes() if weights.is_file() else noise(size),
    }


def packed(files: Mapping[str, bytes], *, stored: bool = True) -> bytes:
    """As a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
