"""TensorFlow.js weights: plain and quantised arrays, and files that do not belong together."""

import json

import numpy as np
import pytest

from recognition.exceptions import WeightsCorrupt
from recognition.tfjs_weights import read_weights

ENTRIES = [
    {"name": "bias", "shape": [2], "dtype": "float32"},
    {
        "name": "kernel",
        "shape": [2, 2],
        "dtype": "float32",
        "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
    },
]
DATA = np.array([1.5, -2.0], "<f4").tobytes() + bytes([0, 1, 2, 255])


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps([{"paths": ["data.bin"], "weights": ENTRIES}]))
    return path


def test_arrays_by_name(manifest, tmp_path):
    (tmp_path / "data.bin").write_bytes(DATA)
    found = read_weights(manifest, tmp_path / "data.bin")
    assert found["bias"].tolist() == [1.5, -2.0]
    assert found["kernel"].tolist() == [[-1.0, -0.5], [0.0, 126.5]]


@pytest.mark.parametrize("data", [DATA[:-1], DATA + b"\0", b""])
def test_data_of_another_length(manifest, tmp_path, data):
    (tmp_path / "data.bin").write_bytes(data)
    with pytest.raises(WeightsCorrupt):
        read_weights(manifest, tmp_path / "data.bin")


@pytest.mark.parametrize("text", ["", "{}", '[{"weights": [{"name": "a", "shape": [1], "dtype": "int99"}]}]'])
def test_a_manifest_that_is_none(manifest, tmp_path, text):
    manifest.write_text(text)
    (tmp_path / "data.bin").write_bytes(DATA)
    with pytest.raises(WeightsCorrupt):
        read_weights(manifest, tmp_path / "data.bin")
