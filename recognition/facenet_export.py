"""FaceNet from its published frozen graph into keras-facenet's network, and from there to ONNX.

Needs TensorFlow and keras-facenet, so it runs at set-up and in tests, never while serving.

The published file is the graph of model 20180402-114759 (David Sandberg's FaceNet, Inception-ResNet v1
trained on VGGFace2) after TensorFlow folded each batch normalisation into its convolution: the kernels hold
the scale, ``…/Conv2D_bn_offset`` holds the shift. Only the bottleneck keeps a batch normalisation of its own.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from recognition.exceptions import WeightsCorrupt

INPUT_NAME = "crops"
OUTPUT_NAME = "embeddings"
CROP_SHAPE = (160, 160, 3)
DIMENSIONS = 512

# OpenVINO and ONNX Runtime both read it fully; nothing in the network needs a newer one.
_OPSET = 17

_SCOPE = "InceptionResnetV1"
_REPEATS = {"Block35": "Repeat/block35", "Block17": "Repeat_1/block17", "Block8": "Repeat_2/block8"}


def graph_scope(layer: str) -> str:
    """Where the frozen graph keeps what keras-facenet calls ``layer``.

    ``Block35_2_Branch_1_Conv2d_0a_1x1`` → ``InceptionResnetV1/Repeat/block35_2/Branch_1/Conv2d_0a_1x1``. The
    sixth Block8 stands outside the repeats in the graph.
    """
    path = re.sub(r"_(Branch_\d)_", r"/\1/", layer)
    path = re.sub(r"^(Block\d+_\d+)_(Conv2d_1x1)$", r"\1/\2", path)
    path = path.replace("Block8_6/", "Block8/", 1)
    path = re.sub(
        r"^(Block35|Block17|Block8)_(\d+)/", lambda match: f"{_REPEATS[match[1]]}_{match[2]}/", path
    )
    return f"{_SCOPE}/{path}"


def read_graph(path: Path) -> Any:
    """The frozen graph as a ``tf.compat.v1.GraphDef``.

    Raises:
        WeightsCorrupt: the file is not a TensorFlow graph.
    """
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise WeightsCorrupt(f"{path} is not a TensorFlow graph") from error
    return graph


def read_constants(path: Path) -> dict[str, np.ndarray]:
    """Every constant of a frozen graph by node name."""
    import tensorflow as tf

    return {
        node.name: tf.make_ndarray(node.attr["value"].tensor)
        for node in read_graph(path).node
        if node.op == "Const"
    }


def keras_network(source: Path) -> Any:
    """keras-facenet's Inception-ResNet v1 with the published weights: the reference engine.

    Args:
        source: the frozen graph (``.pb``), or the weights as keras-facenet publishes them (``.h5``).

    Returns:
        A ``keras.Model``: ``(N, 160, 160, 3)`` float32 RGB, ``(x − 127.5) / 128``, to ``(N, 512)`` of unit
        length. Agrees with the frozen graph to about 1e-7.

    Raises:
        WeightsCorrupt: the graph lacks a constant that the network needs.
    """
    from keras_facenet.inception_resnet_v1 import InceptionResNetV1

    network = InceptionResNetV1(input_shape=CROP_SHAPE, classes=DIMENSIONS)
    if source.suffix == ".h5":
        network.load_weights(source)
        return network
    constants = read_constants(source)
    for layer in network.layers:
        if not layer.weights:
            continue
        try:
            layer.set_weights(_layer_weights(layer, constants))
        except KeyError as error:
            raise WeightsCorrupt(f"{source} has no {error.args[0]}") from error
    return network


def _layer_weights(layer: Any, constants: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The weights of one keras layer, in the order ``set_weights`` wants."""
    owner = layer.name.removesuffix("_BatchNorm")
    scope = graph_scope(owner)
    if owner == layer.name:
        kernel = constants[f"{scope}/weights"]
        return [kernel, constants[f"{scope}/biases"]] if len(layer.weights) == 2 else [kernel]
    if owner == "Bottleneck":
        norm = f"{scope}/BatchNorm"
        return [constants[f"{norm}/{name}"] for name in ("beta", "moving_mean", "moving_variance")]
    # The graph's kernel already holds the scale: a normalisation that only adds the offset is left.
    offset = constants[f"{scope}/Conv2D_bn_offset"]
    return [offset, np.zeros_like(offset), np.full_like(offset, 1.0 - layer.epsilon)]


def export_onnx(source: Path, destination: Path) -> float:
    """Write the network as ONNX with a free batch dimension, and compare it with keras after writing.

    Input ``crops`` ``(N, 160, 160, 3)`` float32 already standardised, output ``embeddings`` ``(N, 512)`` of
    unit length.

    Returns:
        The largest absolute difference to the keras network on a fixed random batch.

    Raises:
        WeightsCorrupt: the exported network computes something else.
    """
    return written(keras_network(source), destination)


def written(network: Any, destination: Path) -> float:
    """Write a keras network of 160×160 crops as `export_onnx` does, and compare it after writing."""
    import openvino as ov
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec((None, *CROP_SHAPE), tf.float32, name=INPUT_NAME)]

    def embed(crops: Any) -> dict[str, Any]:
        return {OUTPUT_NAME: network(crops, training=False)}

    traced = tf.function(embed, input_signature=signature)
    tf2onnx.convert.from_function(traced, signature, opset=_OPSET, output_path=str(destination))

    batch = np.random.default_rng(0).uniform(-1, 1, (2, *CROP_SHAPE)).astype(np.float32)
    exported = ov.compile_model(destination, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    difference = float(np.abs(exported(batch)[0] - network(batch, training=False).numpy()).max())
    if not difference < 1e-4:
        raise WeightsCorrupt(f"{destination} differs from the keras network by {difference:.2g}")
    return difference
