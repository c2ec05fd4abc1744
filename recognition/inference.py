"""One network, compiled once by OpenVINO and run from many threads."""

import queue
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13

from recognition.devices import PROCESSOR, Precision, resolved
from recognition.exceptions import DeviceMissing, WeightsCorrupt, WeightsMissing
from recognition.processor import available_threads

_REQUESTS_PER_NETWORK = 2
_CONVOLUTIONS = ("Convolution", "GroupConvolution")
_ACTIVATIONS = ("Relu", "PRelu")

# OpenVINO makes its tables of element types at their first use, and lets go of the GIL in the middle of it:
# two threads that come first together wait for each other for ever, and the whole process with them.
ov.Type(np.dtype(np.float32)).to_dtype()


class Network:
    """A compiled network with a small pool of inference requests.

    At most two callers (or as many as there are streams) run at a time, the others wait: more requests would
    only fight for the same cores.
    OpenVINO releases the GIL while it computes.

    Args:
        path: an ONNX file.
        threads: cores to use, default all that this process may use.
        streams: calls that are computed side by side, sharing the threads. One answers soonest; as many as
            there are threads gets most done, a fifth more than one (training).
        precision: ``f32`` computes as the published weights do; ``bf16`` is coarser, and faster on processors
            that have it; ``auto`` takes bf16 there and f32 elsewhere.
        device: one that `recognition.devices.checked` knows.
        prepare: changes the model before it is compiled (input shapes, built-in normalisation).
        exact_layers: this many convolutions at the beginning keep f32 where the rest computes in bf16. They
            must follow one another without a branch.
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        streams: int = 1,
        precision: Precision = "f32",
        device: str = PROCESSOR,
        prepare: Callable[[ov.Model], ov.Model] | None = None,
        exact_layers: int = 0,
    ) -> None:
        if not path.is_file():
            raise WeightsMissing(
                f"{path} is missing; run: python -m recognition.weights --into {path.parent}"
            )
        core = ov.Core()
        try:
            model = core.read_model(path)
        except RuntimeError as error:
            raise WeightsCorrupt(f"{path} is not a readable network") from error
        if prepare is not None:
            model = prepare(model)
        # Read before compiling, which adds names of its own.
        self.output_names = [output.get_any_name() for output in model.outputs]
        chosen = resolved(precision, device)
        parts = [(model, chosen)]
        if chosen == "bf16" and exact_layers:
            beginning, rest = _cut(model, exact_layers)
            parts = [(beginning, "f32"), (rest, chosen)]
        try:
            compiled = [
                core.compile_model(part, device, _settings(device, of_part, threads, streams))
                for part, of_part in parts
            ]
        except RuntimeError as error:
            if device == PROCESSOR:
                raise
            raise DeviceMissing(f"{device} cannot run {path.name}: {error}") from error
        self._idle: queue.LifoQueue[list[ov.InferRequest]] = queue.LifoQueue()
        for _ in range(max(streams, _REQUESTS_PER_NETWORK)):
            self._idle.put([part.create_infer_request() for part in compiled])

    def run(self, batch: np.ndarray) -> Mapping[str, np.ndarray]:
        """Outputs by name for one input array; the arrays belong to the caller."""
        requests = self._idle.get()
        try:
            first, *others = requests
            first.infer({0: np.ascontiguousarray(batch)}, share_inputs=True)
            last = first
            for request in others:
                request.set_input_tensor(last.get_output_tensor())
                request.infer()
                last = request
            return {
                name: last.get_output_tensor(index).data.copy()
                for index, name in enumerate(self.output_names)
            }
        finally:
            self._idle.put(requests)


def _settings(device: str, precision: str, threads: int | None, streams: int) -> dict[str, Any]:
    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
    if streams > 1 and device == PROCESSOR:
        settings = {"NUM_STREAMS": streams}
    if precision != "auto":
        settings["INFERENCE_PRECISION_HINT"] = precision
    if device == PROCESSOR:
        settings["INFERENCE_NUM_THREADS"] = threads or available_threads()
        # Pinned, the threads of every process sit on the first cores, and the others stay idle.
        settings["ENABLE_CPU_PINNING"] = False
    return settings


def _cut(model: ov.Model, layers: int) -> tuple[ov.Model, ov.Model]:
    """The model in two: up to the activation after that many convolutions, and what follows."""
    rest = model.clone()
    border = _activation_after(rest, layers)
    entry = opset13.parameter(border.get_partial_shape(), np.float32)
    for follower in list(border.get_target_inputs()):
        follower.replace_source_output(entry.output(0))
    end = opset13.result(_activation_after(model, layers))
    return ov.Model([end], model.get_parameters()), ov.Model(rest.get_results(), [entry])


def _activation_after(model: ov.Model, layers: int) -> ov.Output:
    convolutions = [node for node in model.get_ordered_ops() if node.get_type_name() in _CONVOLUTIONS]
    node = convolutions[layers - 1]
    while node.get_type_name() not in _ACTIVATIONS:
        (follower,) = node.output(0).get_target_inputs()
        node = follower.get_node()
    return node.output(0)
