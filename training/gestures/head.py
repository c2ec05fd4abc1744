"""The gesture head: a small dense network on PoseNet's outputs, kept as a Teachable Machine pose export."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.exceptions import TrainingError
from training.gestures import GESTURES
from training.gestures.posenet import FEATURES, RESOLUTION, STRIDE

UNITS = 100
DROPOUT = 0.5
LEARNING_RATE = 1e-4
EPOCHS = 12
BATCH = 64


@dataclass(frozen=True)
class GestureHead:
    """Dense(100, relu) → Dense(gestures, softmax without bias), as Teachable Machine trains it.

    kernel1 (14739, 100), bias1 (100,), kernel2 (100, number of gestures), all float32.
    """

    kernel1: NDArray[np.float32]
    bias1: NDArray[np.float32]
    kernel2: NDArray[np.float32]

    def predict(self, features: NDArray[np.floating]) -> NDArray[np.float32]:
        """(N, 14739) → (N, gestures) probabilities."""
        hidden = np.maximum(features.astype(np.float32) @ self.kernel1 + self.bias1, 0)
        values = hidden @ self.kernel2
        values = np.exp(values - values.max(axis=1, keepdims=True))
        return values / values.sum(axis=1, keepdims=True)

    @classmethod
    def load(cls, folder: Path) -> GestureHead:
        """Read an export that this project wrote. Raises TrainingError where its weights do not fit."""
        specs = json.loads((folder / "model.json").read_text("utf-8"))["weightsManifest"][0]["weights"]
        raw = (folder / "weights.bin").read_bytes()
        sizes = [int(np.prod(spec["shape"])) for spec in specs]
        if len(specs) != 3 or len(raw) != 4 * sum(sizes):
            raise TrainingError(f"{folder / 'weights.bin'} does not fit model.json")
        flat = np.split(np.frombuffer(raw, "<f4"), np.cumsum(sizes)[:-1])
        return cls(*(part.reshape(spec["shape"]) for part, spec in zip(flat, specs, strict=True)))

    def save(self, folder: Path, *, name: str, made_at: str) -> None:
        """Write `model.json`, `metadata.json` and `weights.bin`, the three files of an export."""
        folder.mkdir(parents=True, exist_ok=True)
        parts = [
            ("dense_Dense1/kernel", self.kernel1),
            ("dense_Dense1/bias", self.bias1),
            ("dense_Dense2/kernel", self.kernel2),
        ]
        raw = b"".join(np.ascontiguousarray(part, dtype="<f4").tobytes() for _, part in parts)
        specs = [{"name": key, "shape": list(part.shape), "dtype": "float32"} for key, part in parts]
        model = {
            "modelTopology": _topology(len(GESTURES)),
            "weightsManifest": [{"paths": ["weights.bin"], "weights": specs}],
        }
        metadata = {
            "tfjsVersion": "1.3.1",
            "tmVersion": "2.4.5",
            "packageVersion": "0.8.6",
            "packageName": "@teachablemachine/pose",
            "timeStamp": made_at,
            "userMetadata": {},
            "modelName": name,
            "labels": list(GESTURES),
            "modelSettings": {
                "posenet": {
                    "architecture": "MobileNetV1",
                    "outputStride": STRIDE,
                    "inputResolution": RESOLUTION,
                    "multiplier": 0.75,
                }
            },
        }
        (folder / "weights.bin").write_bytes(raw)
        (folder / "model.json").write_text(json.dumps(model, separators=(",", ":")), "utf-8")
        (folder / "metadata.json").write_text(json.dumps(metadata, indent=1), "utf-8")


def train_head(
    x: NDArray[np.float16], y: NDArray[np.intp], *, seed: int, epochs: int = EPOCHS
) -> GestureHead:
    """Fit on (N, 14739) features and gesture indices. The same input and seed give the same head, on one
    machine."""
    import tensorflow as tf  # Only training needs it.

    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers
    network = tf.keras.Sequential(
        [
            tf.keras.Input((FEATURES,)),
            layers.Dense(UNITS, activation="relu"),
            layers.Dropout(DROPOUT),
            layers.Dense(len(GESTURES), activation="softmax", use_bias=False),
        ]
    )
    network.compile(tf.keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy")
    order = np.random.default_rng(seed)
    for _ in range(epochs):
        shuffled = order.permutation(len(x))
        for start in range(0, len(x), BATCH):
            rows = shuffled[start : start + BATCH]
            network.train_on_batch(x[rows].astype(np.float32), y[rows])
    kernel1, bias1, kernel2 = network.get_weights()
    return GestureHead(kernel1, bias1, kernel2)


def _topology(gestures: int) -> dict[str, Any]:
    """The layers in the words of a Teachable Machine export (tfjs-layers 1.3.1)."""

    def initializer(kind: str, **config: Any) -> dict[str, Any]:
        return {"class_name": kind, "config": config}

    scaling = initializer("VarianceScaling", scale=1, mode="fan_in", distribution="normal", seed=None)

    def dense(name: str, units: int, activation: str, *, use_bias: bool, **more: Any) -> dict[str, Any]:
        config = {
            "units": units,
            "activation": activation,
            "use_bias": use_bias,
            "kernel_initializer": scaling,
            "bias_initializer": initializer("Zeros"),
            "kernel_regularizer": None,
            "bias_regularizer": None,
            "activity_regularizer": None,
            "kernel_constraint": None,
            "bias_constraint": None,
            "name": name,
            "trainable": True,
        }
        return {"class_name": "Dense", "config": config | more}

    dropout = {
        "rate": DROPOUT,
        "noise_shape": None,
        "seed": None,
        "name": "dropout_Dropout1",
        "trainable": True,
    }
    return {
        "class_name": "Sequential",
        "config": {
            "name": "sequential_1",
            "layers": [
                dense(
                    "dense_Dense1",
                    UNITS,
                    "relu",
                    use_bias=True,
                    batch_input_shape=[None, FEATURES],
                    dtype="float32",
                ),
                {"class_name": "Dropout", "config": dropout},
                dense("dense_Dense2", gestures, "softmax", use_bias=False),
            ],
        },
        "keras_version": "tfjs-layers 1.3.1",
        "backend": "tensor_flow.js",
    }
