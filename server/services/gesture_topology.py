"""Which weights a pose head needs, told from its tfjs-layers topology: dense layers, one after the other.

Two spellings are read: Teachable Machine's (tfjs-layers 1.3.1 and 1.7.4: the model at the top) and that of
Keras models brought over by the tfjs converter (the model under ``model_config``, older ones with a bare list
of layers).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FEATURES = 17 * 17 * 3 * 17
"""What a head sees: probability and two offsets of 17 keypoints in each of PoseNet's 17 × 17 cells."""
MAX_LAYERS = 16
MAX_UNITS = 4096
ACTIVATIONS = {"relu", "relu6", "tanh", "sigmoid", "elu", "selu", "linear", "softplus", "softmax"}
PASSING = {"Dropout", "InputLayer"}
SEEING_PICTURES = ("Conv2D", "DepthwiseConv2D", "ZeroPadding2D", "MaxPooling2D", "GlobalAveragePooling2D")

Refusal = Callable[[str, str], Exception]


@dataclass(frozen=True)
class Weight:
    """One float32 array of the weights file."""

    name: str
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """Its length in the file."""
        return 4 * math.prod(self.shape)


def weights_of(topology: object, *, outputs: int, refuse: Refusal) -> list[Weight]:
    """The weights in the order of the layers.

    :param outputs: how many labels there are.
    :param refuse: makes the exception to raise from a reason and a detail.
    """
    layers = _layers(topology, refuse)
    weights: list[Weight] = []
    width: int | None = None
    last = ""
    for layer in layers:
        kind, config = layer["class_name"], layer["config"]
        if not isinstance(config, dict):
            raise refuse("gesture_topology_unknown", f"a layer of class {kind!r}")
        if "batch_input_shape" in config:
            if config["batch_input_shape"] != [None, FEATURES]:
                raise refuse("gesture_input_size", f"{config['batch_input_shape']!r}")
            width = FEATURES
        if kind in PASSING:
            continue
        if kind != "Dense":
            raise refuse("gesture_topology_unknown", f"a layer of class {kind!r}")
        if width is None:
            raise refuse("gesture_input_size", "no input shape")
        weights += _dense(config, width, refuse)
        width, last = config["units"], config["activation"]
    if last != "softmax":
        raise refuse("gesture_topology_unknown", "the last layer gives no probabilities")
    if width != outputs:
        raise refuse("gesture_labels_do_not_fit", f"{width} outputs, {outputs} labels")
    return weights


def _layers(topology: object, refuse: Refusal) -> list[dict[str, Any]]:
    model = topology.get("model_config", topology) if isinstance(topology, dict) else None
    if not isinstance(model, dict):
        raise refuse("gesture_json_invalid", "no topology")
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list) or not all(_is_layer(layer) for layer in layers):
        raise refuse("gesture_json_invalid", "no layers")
    text = str(topology)
    if any(f"'{kind}'" in text for kind in SEEING_PICTURES):
        audio = "'Conv2D'" in text and "'DepthwiseConv2D'" not in text
        raise refuse("gesture_audio_model" if audio else "gesture_image_model", "its layers")
    if model.get("class_name") != "Sequential" or not 1 <= len(layers) <= MAX_LAYERS:
        raise refuse("gesture_topology_unknown", f"{model.get('class_name')!r} of {len(layers)} layers")
    return layers


def _is_layer(layer: object) -> bool:
    return (
        isinstance(layer, dict)
        and isinstance(layer.get("class_name"), str)
        and isinstance(layer.get("config"), dict | list)
    )


def _dense(config: dict[str, Any], width: int, refuse: Refusal) -> list[Weight]:
    name, units, bias = config.get("name"), config.get("units"), config.get("use_bias")
    activation = config.get("activation")
    known = isinstance(activation, str) and activation in ACTIVATIONS and isinstance(bias, bool)
    if not (known and isinstance(name, str) and isinstance(units, int)) or isinstance(units, bool):
        raise refuse("gesture_topology_unknown", "a dense layer of another kind")
    if not 1 <= units <= MAX_UNITS:
        raise refuse("gesture_topology_unknown", "a dense layer of another kind")
    if config.get("dtype", "float32") != "float32":
        raise refuse("gesture_weights_dtype", str(config["dtype"]))
    kernel = Weight(f"{name}/kernel", (width, units))
    return [kernel, Weight(f"{name}/bias", (units,))] if bias else [kernel]
