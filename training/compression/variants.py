"""Copies of an ONNX network with fewer or coarser weights.

Only the weights of convolutions and matrix products are touched; biases and normalisation are few and keep
every bit.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

_WEIGHTED = {"Conv": 0, "Gemm": 0, "MatMul": 1}
"""Operations with weights, and which axis of them counts the outputs."""
_FEWEST = 1024

Change = Callable[[onnx.GraphProto, onnx.TensorProto, int], None]


def pruned(share: float) -> Change:
    """Of each layer's weights the smallest become zero."""

    def change(graph: onnx.GraphProto, tensor: onnx.TensorProto, axis: int) -> None:
        values = numpy_helper.to_array(tensor).copy()
        values[np.abs(values) < np.quantile(np.abs(values), share)] = 0
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))

    return change


def quantised(bits: int) -> Change:
    """Weights as whole numbers of so many bits with one scale per output, unpacked as the network is loaded.

    Nagel et al.: "A White Paper on Neural Network Quantization", 2021, 2.2: symmetric, per channel.
    """

    def change(graph: onnx.GraphProto, tensor: onnx.TensorProto, axis: int) -> None:
        values = numpy_helper.to_array(tensor).astype(np.float32)
        others = tuple(place for place in range(values.ndim) if place != axis)
        largest = 2 ** (bits - 1) - 1
        scale = np.maximum(np.abs(values).max(axis=others) / largest, 1e-12).astype(np.float32)
        shape = [-1 if place == axis else 1 for place in range(values.ndim)]
        whole = np.round(values / scale.reshape(shape)).clip(-largest, largest).astype(np.int8)
        names = [f"{tensor.name}/whole", f"{tensor.name}/scale"]
        graph.initializer.extend(
            numpy_helper.from_array(array, name) for array, name in zip((whole, scale), names, strict=True)
        )
        graph.node.insert(0, helper.make_node("DequantizeLinear", names, [tensor.name], axis=axis))
        graph.initializer.remove(tensor)

    return change


VARIANTS: dict[str, tuple[Change, ...]] = {
    "int8 weights": (quantised(8),),
    "int6 weights": (quantised(6),),
    "30 % pruned": (pruned(0.3),),
    "50 % pruned": (pruned(0.5),),
    "30 % pruned, int8 weights": (pruned(0.3), quantised(8)),
}
"""By name: what is done, in order."""


def write_variant(source: Path, destination: Path, changes: tuple[Change, ...]) -> int:
    """Write a changed copy; returns how many weights were touched."""
    model = onnx.load(source)
    graph = model.graph
    touched = 0
    for change in changes:
        tensors = {tensor.name: tensor for tensor in graph.initializer}
        wanted: dict[str, int] = {}
        for node in graph.node:
            if node.op_type in _WEIGHTED and len(node.input) > 1 and node.input[1] in tensors:
                wanted[node.input[1]] = _axis(node)
        touched = 0
        for name, axis in wanted.items():
            size = int(np.prod(tensors[name].dims))
            if size >= _FEWEST:
                change(graph, tensors[name], axis)
                touched += size
    _without_inputs_for_weights(graph)
    if any(node.op_type == "DequantizeLinear" for node in graph.node):
        for operators in model.opset_import:
            operators.version = max(operators.version, 13) if operators.domain == "" else operators.version
    onnx.save(model, destination)
    return touched


def _axis(node: onnx.NodeProto) -> int:
    transposed = any(one.name == "transB" and one.i for one in node.attribute)
    if node.op_type == "Gemm":
        return 0 if transposed else 1
    return _WEIGHTED[node.op_type]


def _without_inputs_for_weights(graph: onnx.GraphProto) -> None:
    """Older files list weights among the inputs too, which a computed weight may not be."""
    computed = {name for node in graph.node for name in node.output}
    for one in [entry for entry in graph.input if entry.name in computed]:
        graph.input.remove(one)
