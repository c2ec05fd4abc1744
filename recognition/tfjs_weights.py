"""Reads weights as TensorFlow.js keeps them: a manifest that names them, and their bytes in a row."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from recognition.exceptions import WeightsCorrupt

_STORED: dict[str, np.dtype[Any]] = {
    "uint8": np.dtype("<u1"),
    "uint16": np.dtype("<u2"),
    "float32": np.dtype("<f4"),
}


def read_weights(manifest: Path, data: Path) -> dict[str, np.ndarray]:
    """Every array of ``data`` by its name, as float32; quantised ones are unpacked (value × scale + min).

    Raises:
        WeightsCorrupt: the two files do not fit each other.
    """
    stored = data.read_bytes()
    found: dict[str, np.ndarray] = {}
    place = 0
    try:
        for entry in (one for group in json.loads(manifest.read_bytes()) for one in group["weights"]):
            packing = entry.get("quantization")
            kind = _STORED[packing["dtype"] if packing else entry["dtype"]]
            count = int(np.prod(entry["shape"]))
            values = np.frombuffer(stored, kind, count, place).astype(np.float32).reshape(entry["shape"])
            place += count * kind.itemsize
            if packing:
                values = values * np.float32(packing["scale"]) + np.float32(packing["min"])
            found[entry["name"]] = values
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsCorrupt(f"{manifest} does not describe {data}") from error
    if place != len(stored):
        raise WeightsCorrupt(f"{data} is longer than {manifest} says")
    return found
