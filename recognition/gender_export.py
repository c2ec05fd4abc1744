"""The network that guesses apparent gender, from face-api's weights to ONNX, built node by node.

A small Xception (Chollet, CVPR 2017): separable convolutions in blocks that halve the map, two blocks with
a shortcut, a mean over the last 7 × 7 map. The published network has a second head, which guesses age: it is
left out. Needs the ``onnx`` package: runs at set-up only.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from recognition.distinguisher import CROP_SIZE
from recognition.exceptions import WeightsCorrupt
from recognition.tfjs_weights import read_weights

INPUT_NAME = "crops"
OUTPUT_NAME = "shares"

_OPSET = 17


class _Graph:
    """Nodes and constants of the network; each method adds a layer to `tip` and returns the new one."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, operator: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, name: str, axes: tuple[int, ...]) -> str:
        values = np.ascontiguousarray(self._weights[name].transpose(axes))
        if name not in {one.name for one in self.constants}:
            self.constants.append(numpy_helper.from_array(values, name))
        return name

    def convolve(self, tip: str, name: str, stride: int) -> str:
        kernel, bias = self.constant(f"{name}/filters", (3, 2, 0, 1)), self.constant(f"{name}/bias", (0,))
        return self.add("Conv", [tip, kernel, bias], strides=[stride, stride], auto_pad="SAME_UPPER")

    def separable(self, tip: str, name: str) -> str:
        channels = self._weights[f"{name}/depthwise_filter"].shape[2]
        deep = self.constant(f"{name}/depthwise_filter", (2, 3, 0, 1))
        tip = self.add("Conv", [tip, deep], group=channels, auto_pad="SAME_UPPER")
        point = self.constant(f"{name}/pointwise_filter", (3, 2, 0, 1))
        return self.add("Conv", [tip, point, self.constant(f"{name}/bias", (0,))])

    def active(self, tip: str) -> str:
        return self.add("Relu", [tip])

    def halve(self, tip: str, name: str, *, active: bool = True) -> str:
        inner = self.separable(self.active(tip) if active else tip, f"{name}/separable_conv0")
        inner = self.separable(self.active(inner), f"{name}/separable_conv1")
        inner = self.add("MaxPool", [inner], kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
        return self.add("Add", [inner, self.convolve(tip, f"{name}/expansion_conv", 2)])

    def shortcut(self, tip: str, name: str) -> str:
        inner = tip
        for number in range(3):
            inner = self.separable(self.active(inner), f"{name}/separable_conv{number}")
        return self.add("Add", [inner, tip])


def export_onnx(manifest: Path, data: Path, destination: Path) -> None:
    """Write the network as ONNX with a free batch dimension.

    Input ``crops`` ``(N, 3, 112, 112)`` float32, standardised (`recognition.distinguisher` does so); output
    ``shares`` ``(N, 2)``: man, woman, together 1.

    Raises:
        WeightsCorrupt: the files do not fit each other or are not those of this network.
    """
    graph = _Graph(read_weights(manifest, data))
    try:
        _build(graph)
    except (KeyError, ValueError) as error:
        raise WeightsCorrupt(f"{manifest} is not that of the network: {error}") from error
    made = helper.make_graph(
        graph.nodes,
        "apparent_gender",
        [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, ["n", 3, CROP_SIZE, CROP_SIZE])],
        [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["n", 2])],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, destination)


def _build(graph: _Graph) -> None:
    tip = graph.active(graph.convolve(INPUT_NAME, "entry_flow/conv_in", 2))
    tip = graph.halve(tip, "entry_flow/reduction_block_0", active=False)
    tip = graph.halve(tip, "entry_flow/reduction_block_1")
    for number in range(2):
        tip = graph.shortcut(tip, f"middle_flow/main_block_{number}")
    tip = graph.halve(tip, "exit_flow/reduction_block")
    tip = graph.active(graph.separable(tip, "exit_flow/separable_conv"))
    tip = graph.add("Flatten", [graph.add("GlobalAveragePool", [tip])])
    head = [graph.constant("fc/gender/weights", (0, 1)), graph.constant("fc/gender/bias", (0,))]
    graph.add("Softmax", [graph.add("Gemm", [tip, *head])], OUTPUT_NAME, axis=1)
