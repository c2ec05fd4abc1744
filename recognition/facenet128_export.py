"""The 128-d FaceNet from its published Keras file to ONNX.

Needs TensorFlow and keras-facenet, so it runs at set-up and in tests, never while serving. The published file
is Hiroki Taniai's Inception-ResNet v1, trained on MS-Celeb-1M. Its Lambda layers hold Python byte code that
no newer Keras runs (nor should), so the network is rebuilt and only the numbers are taken from the file.
"""

from pathlib import Path
from typing import Any

from recognition import facenet_export
from recognition.exceptions import WeightsCorrupt

DIMENSIONS = 128


def keras_network(source: Path) -> Any:
    """keras-facenet's Inception-ResNet v1 with the published weights.

    Returns:
        A ``keras.Model``: ``(N, 160, 160, 3)`` float32 RGB, each crop with mean 0 and deviation 1, to
        ``(N, 128)`` of unit length.

    Raises:
        WeightsCorrupt: the file is not such a network.
    """
    import h5py
    from keras_facenet.inception_resnet_v1 import InceptionResNetV1

    network = InceptionResNetV1(input_shape=facenet_export.CROP_SHAPE, classes=DIMENSIONS)
    try:
        with h5py.File(source) as stored:
            layers = stored["model_weights"]
            for layer in network.layers:
                if layer.weights:
                    held = layers[layer.name]
                    layer.set_weights([held[name][()] for name in held.attrs["weight_names"]])
    except (OSError, KeyError, ValueError) as error:
        raise WeightsCorrupt(f"{source} is not the 128-d FaceNet") from error
    return network


def export_onnx(source: Path, destination: Path) -> float:
    """Write the network as ONNX with a free batch dimension; otherwise as the 512-d FaceNet's export.

    Returns:
        The largest absolute difference to the keras network on a fixed random batch.

    Raises:
        WeightsCorrupt: the file is not such a network, or the exported one computes something else.
    """
    return facenet_export.written(keras_network(source), destination)
