"""PoseNet as the browser runs it: the same checkpoint, read from its TensorFlow.js files, run by OpenVINO.

Papandreou, Zhu, Chen, Gidaris, Tompson, Murphy: "PersonLab", ECCV 2018. The checkpoint is the published
MobileNet v1, multiplier 0.75, output stride 16, that Teachable Machine pose models stand on.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import openvino as ov
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.exceptions import TrainingError

RESOLUTION = 257
"""Side of the square input, pixels."""
STRIDE = 16
GRID = 17
"""Cells of the output maps along a side: (257 − 1) / 16 + 1."""
KEYPOINTS = 17
FEATURES = GRID * GRID * 3 * KEYPOINTS
"""Length of what a Teachable Machine head sees: heatmaps and offsets, flattened. 14,739."""

LEFT_SHOULDER, RIGHT_SHOULDER = 5, 6

_HEATMAP = "MobilenetV1/heatmap_2/BiasAdd"
_OFFSET = "MobilenetV1/offset_2/BiasAdd"


@dataclass(frozen=True)
class PoseOutputs:
    """What the network says of N pictures.

    heatmaps (N, 17, 17, 17): probability of each keypoint in each cell. offsets (N, 17, 17, 34): from the
    cell to the keypoint in pixels of the 257 input, the 17 vertical ones first.
    """

    heatmaps: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def features(self) -> NDArray[np.float32]:
        """(N, 14739): heatmaps and offsets side by side in each cell, as Teachable Machine flattens them."""
        joined = np.concatenate([self.heatmaps, self.offsets], axis=3)
        return joined.reshape(len(joined), FEATURES)

    def keypoints(self) -> NDArray[np.float32]:
        """(N, 17, 3): x and y in pixels of the 257 input, and the probability, where each is most likely."""
        count = len(self.heatmaps)
        cells = self.heatmaps.reshape(count, GRID * GRID, KEYPOINTS)
        best = cells.argmax(axis=1)
        rows, columns = np.divmod(best, GRID)
        picture = np.arange(count)[:, None]
        joint = np.arange(KEYPOINTS)[None, :]
        y = rows * STRIDE + self.offsets[picture, rows, columns, joint]
        x = columns * STRIDE + self.offsets[picture, rows, columns, joint + KEYPOINTS]
        probability = cells[picture, best, joint]
        return np.stack([x, y, probability], axis=2).astype(np.float32)


class PoseNet:
    """PoseNet from a folder that holds `model-stride16.json` and its weight files.

    Raises TrainingError where the folder does not hold that checkpoint.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        topology = folder / "model-stride16.json"
        if not topology.is_file():
            raise TrainingError(f"{folder} does not hold PoseNet (no {topology.name})")
        model = _to_onnx(json.loads(topology.read_text("utf-8")), folder)
        core = ov.Core()
        properties: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32"}
        if threads:
            properties["INFERENCE_NUM_THREADS"] = threads
        self._compiled = core.compile_model(
            core.read_model(io.BytesIO(model.SerializeToString())), "CPU", properties
        )

    def run(self, squares: list[NDArray[np.uint8]]) -> PoseOutputs:
        """Outputs for square RGB uint8 pictures of any size."""
        batch = np.stack(
            [
                cv2.resize(square, (RESOLUTION, RESOLUTION), interpolation=cv2.INTER_LINEAR)
                for square in squares
            ]
        )
        pixels = (batch.astype(np.float32) / 127.5 - 1.0).transpose(0, 3, 1, 2)
        answer = self._compiled(np.ascontiguousarray(pixels))
        heatmaps, offsets = (answer[index].transpose(0, 2, 3, 1) for index in (0, 1))
        return PoseOutputs(1.0 / (1.0 + np.exp(-heatmaps)), offsets)


def _to_onnx(model: dict[str, Any], folder: Path) -> onnx.ModelProto:
    """The TensorFlow.js graph's own nodes, one by one: Conv2D, DepthwiseConv2dNative, BiasAdd and Relu6."""
    weights = _weights(model["weightsManifest"], folder)
    nodes, initial, source = [], [], ""

    def constant(name: str, value: NDArray[np.float32]) -> str:
        initial.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name))
        return name

    for node in model["modelTopology"]["node"]:
        name, operation = node["name"], node["op"]
        if operation == "Placeholder":
            source = name
        elif operation in ("Conv2D", "DepthwiseConv2dNative"):
            first, second = node["input"]
            kernel = weights[second]
            depthwise = operation == "DepthwiseConv2dNative"
            strides = [int(step) for step in node["attr"]["strides"]["list"]["i"][1:3]]
            nodes.append(
                helper.make_node(
                    "Conv",
                    [
                        first,
                        constant(
                            f"{name}/kernel",
                            kernel.transpose(2, 3, 0, 1) if depthwise else kernel.transpose(3, 2, 0, 1),
                        ),
                    ],
                    [name],
                    strides=strides,
                    group=kernel.shape[2] if depthwise else 1,
                    auto_pad="SAME_UPPER",
                )
            )
        elif operation == "BiasAdd":
            first, second = node["input"]
            nodes.append(
                helper.make_node(
                    "Add", [first, constant(f"{name}/bias", weights[second].reshape(1, -1, 1, 1))], [name]
                )
            )
        elif operation == "Relu6":
            low, high = (
                constant(f"{name}/{end}", np.array(limit, dtype=np.float32))
                for end, limit in (("low", 0), ("high", 6))
            )
            nodes.append(helper.make_node("Clip", [node["input"][0], low, high], [name]))
        elif operation != "Const":
            raise TrainingError(f"{folder} holds another network than PoseNet (operation {operation})")
    graph = helper.make_graph(
        nodes,
        "posenet",
        [helper.make_tensor_value_info(source, TensorProto.FLOAT, ["n", 3, RESOLUTION, RESOLUTION])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", None, GRID, GRID])
            for name in (_HEATMAP, _OFFSET)
        ],
        initial,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def _weights(manifest: list[dict[str, Any]], folder: Path) -> dict[str, NDArray[np.float32]]:
    found: dict[str, NDArray[np.float32]] = {}
    for group in manifest:
        raw = b"".join((folder / path).read_bytes() for path in group["paths"])
        position = 0
        for entry in group["weights"]:
            size = int(np.prod(entry["shape"]))
            if entry["dtype"] != "float32" or position + 4 * size > len(raw):
                raise TrainingError(f"the weights in {folder} do not fit their manifest")
            found[entry["name"]] = np.frombuffer(raw, np.float32, size, position).reshape(entry["shape"])
            position += 4 * size
    return found
