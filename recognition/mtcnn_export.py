"""The three MTCNN networks from the `mtcnn` package's weights to ONNX, built node by node.

The networks are those of Zhang, Zhang, Li, Qiao: "Joint Face Detection and Alignment using Multi-task
Cascaded Convolutional Networks", IEEE Signal Processing Letters 23(10), 2016. The weight files are lists of
float32 arrays in layer order (kernel, bias, PReLU slope). Needs the ``onnx`` package: runs at set-up only.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET = 17

Shape = Sequence[int | str]
"""Sizes of an array; a name for what may differ."""


class _Chain:
    """Appends layers one after another to a graph that begins at ``input``."""

    def __init__(self, weights: list[np.ndarray]) -> None:
        self._weights = iter(weights)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.tip = "input"

    def _constant(self, value: np.ndarray) -> str:
        name = f"w{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _add(
        self, operator: str, *constants: np.ndarray, output: str | None = None, **attributes: Any
    ) -> str:
        output = output or f"{operator.lower()}{len(self.nodes)}"
        inputs = [self.tip, *(self._constant(value) for value in constants)]
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def convolve(self) -> "_Chain":
        kernel, bias = next(self._weights), next(self._weights)
        self.tip = self._add("Conv", kernel.transpose(3, 2, 0, 1), bias)
        return self

    def prelu(self) -> "_Chain":
        slope = next(self._weights)
        # (1, 1, C) after a convolution, (C,) after a dense layer; channels come first here.
        self.tip = self._add("PRelu", slope.reshape(-1, 1, 1) if slope.ndim == 3 else slope)
        return self

    def pool(self, size: int, *, keep_border: bool) -> "_Chain":
        padding = "SAME_UPPER" if keep_border else "VALID"
        self.tip = self._add("MaxPool", kernel_shape=[size, size], strides=[2, 2], auto_pad=padding)
        return self

    def flatten(self) -> "_Chain":
        # Trained on column-major pictures: width before height, channels last.
        self.tip = self._add("Transpose", perm=[0, 3, 2, 1])
        self.tip = self._add("Flatten", axis=1)
        return self

    def dense(self) -> "_Chain":
        kernel, bias = next(self._weights), next(self._weights)
        self.tip = self._add("Gemm", kernel, bias)
        return self

    def head(self, output: str, *, dense: bool, softmax: bool = False) -> "_Chain":
        """An output of its own; the chain goes on from where it was."""
        trunk = self.tip
        (self.dense if dense else self.convolve)()
        if softmax:
            self.tip = self._add("Softmax", axis=1)
        self.tip = self._add("Identity", output=output)
        self.tip = trunk
        return self

    def save(self, path: Path, input_shape: Sequence[int | str], outputs: Mapping[str, Shape]) -> None:
        graph = helper.make_graph(
            self.nodes,
            path.stem,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, input_shape)],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in outputs.items()
            ],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)


def export_pnet(weights: Path, destination: Path) -> None:
    """P-Net, the proposal network: (N, 3, H, W) → ``offsets`` (N, 4, h, w), ``face`` (N, 2, h, w)."""
    chain = _Chain(joblib.load(weights))
    chain.convolve().prelu().pool(2, keep_border=True).convolve().prelu().convolve().prelu()
    chain.head("offsets", dense=False).head("face", dense=False, softmax=True)
    outputs: Mapping[str, Shape] = {"offsets": ["N", 4, "h", "w"], "face": ["N", 2, "h", "w"]}
    chain.save(destination, ["N", 3, "H", "W"], outputs)


def export_rnet(weights: Path, destination: Path) -> None:
    """R-Net, the refinement network: (N, 3, 24, 24) → ``offsets`` (N, 4), ``face`` (N, 2)."""
    chain = _Chain(joblib.load(weights))
    chain.convolve().prelu().pool(3, keep_border=True).convolve().prelu().pool(3, keep_border=False)
    chain.convolve().prelu().flatten().dense().prelu()
    chain.head("offsets", dense=True).head("face", dense=True, softmax=True)
    chain.save(destination, ["N", 3, 24, 24], {"offsets": ["N", 4], "face": ["N", 2]})


def export_onet(weights: Path, destination: Path) -> None:
    """O-Net, the output network: (N, 3, 48, 48) → ``offsets`` (N, 4), ``landmarks`` (N, 10), ``face`` (N, 2).

    The landmarks are five x followed by five y, in parts of the box.
    """
    chain = _Chain(joblib.load(weights))
    chain.convolve().prelu().pool(3, keep_border=True).convolve().prelu().pool(3, keep_border=False)
    chain.convolve().prelu().pool(2, keep_border=True).convolve().prelu().flatten().dense().prelu()
    chain.head("offsets", dense=True).head("landmarks", dense=True).head("face", dense=True, softmax=True)
    outputs: Mapping[str, Shape] = {
        "offsets": ["N", 4],
        "landmarks": ["N", 10],
        "face": ["N", 2],
    }
    chain.save(destination, ["N", 3, 48, 48], outputs)
