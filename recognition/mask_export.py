"""The mask classifier from its published Keras file to ONNX, for crops of 160×160 pixels.

Needs TensorFlow, so it runs at set-up and in tests, never while serving. The published network is a
MobileNetV2 (Sandler et al., CVPR 2018) for 224×224 crops with an average pool over the last 7×7 map; the
network is fully convolutional up to there, so it is rebuilt for the size of FaceNet's crop with the pool
over 5×5: half the work at equal accuracy (docs/accuracy.md).
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from recognition.exceptions import WeightsCorrupt

INPUT_NAME = "crops"
OUTPUT_NAME = "masked"
CROP_SIZE = 160

_OPSET = 17
_STRIDE = 32
_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")


def keras_network(source: Path, size: int = CROP_SIZE) -> Any:
    """The published network for crops of `size` pixels, a multiple of 32.

    Returns:
        A ``keras.Model``: ``(N, size, size, 3)`` float32 RGB, x / 127.5 - 1, to ``(N, 2)`` probabilities of
        "mask" and "no mask".

    Raises:
        WeightsCorrupt: the file is not such a network.
    """
    import h5py
    import keras

    with tempfile.TemporaryDirectory() as folder:
        # Keras tells the format of a file by its name.
        copy = Path(folder) / "network.h5"
        shutil.copyfile(source, copy)
        try:
            with h5py.File(copy, "r+") as stored:
                config = json.loads(stored.attrs["model_config"])
                stored.attrs["model_config"] = json.dumps(_adapted(config, size))
            return keras.models.load_model(copy, compile=False)
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise WeightsCorrupt(f"{source} is not a Keras network") from error


def _adapted(config: dict[str, Any], size: int) -> dict[str, Any]:
    """The network's description for another input size, without what only training needs: initialisers are
    written in a way that newer Keras does not read."""
    for layer in config["config"]["layers"]:
        settings = layer["config"]
        for name in [
            key for key in settings if key.endswith(("_initializer", "_regularizer", "_constraint"))
        ]:
            del settings[name]
        if "batch_input_shape" in settings:
            settings["batch_input_shape"] = [None, size, size, 3]
        if layer["class_name"] == "AveragePooling2D":
            settings["pool_size"] = [size // _STRIDE, size // _STRIDE]
    return config


def export_onnx(source: Path, destination: Path) -> float:
    """Write the network as ONNX with a free batch dimension, and compare it with keras after writing.

    Input ``crops`` ``(N, 160, 160, 3)`` float32, x / 127.5 - 1; output ``masked`` ``(N, 1)``, 0..1.

    Returns:
        The largest absolute difference to the keras network on a fixed random batch.

    Raises:
        WeightsCorrupt: the file is not such a network, or the exported one computes something else.
    """
    import openvino as ov
    import tensorflow as tf
    import tf2onnx

    network = keras_network(source)
    signature = [tf.TensorSpec((None, CROP_SIZE, CROP_SIZE, 3), tf.float32, name=INPUT_NAME)]

    def masked(crops: Any) -> dict[str, Any]:
        return {OUTPUT_NAME: network([crops], training=False)[:, :1]}

    traced = tf.function(masked, input_signature=signature)
    tf2onnx.convert.from_function(traced, signature, opset=_OPSET, output_path=str(destination))

    batch = np.random.default_rng(0).uniform(-1, 1, (2, CROP_SIZE, CROP_SIZE, 3)).astype(np.float32)
    exported = ov.compile_model(destination, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    difference = float(np.abs(exported(batch)[0] - network([batch], training=False).numpy()[:, :1]).max())
    if not difference < 1e-4:
        raise WeightsCorrupt(f"{destination} differs from the keras network by {difference:.2g}")
    return difference
