"""One network, compiled once by OpenVINO and run from many threads."""

import os
import queue
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import openvino as ov

from recognition.exceptions import WeightsCorrupt, WeightsMissing

Precision = Literal["f32", "bf16"]

_REQUESTS_PER_NETWORK = 2


def available_threads() -> int:
    """Processor cores this process may use (a container's cpu set counts, not the machine's)."""
    return max(1, len(os.sched_getaffinity(0)))


class Network:
    """A compiled network with a small pool of inference requests.

    At most two callers run at a time, the others wait: more requests would only fight for the same cores.
    OpenVINO releases the GIL while it computes.

    Args:
        path: an ONNX file.
        threads: cores to use, default all that this process may use.
        precision: ``f32`` computes as the published weights do; ``bf16`` is coarser, and faster on processors
            that have it.
        prepare: changes the model before it is compiled (input shapes, built-in normalisation).
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        precision: Precision = "f32",
        prepare: Callable[[ov.Model], ov.Model] | None = None,
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
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": precision,
                "INFERENCE_NUM_THREADS": threads or available_threads(),
            },
        )
        self._idle: queue.LifoQueue[ov.InferRequest] = queue.LifoQueue()
        for _ in range(_REQUESTS_PER_NETWORK):
            self._idle.put(compiled.create_infer_request())

    def run(self, batch: np.ndarray) -> Mapping[str, np.ndarray]:
        """Outputs by name for one input array; the arrays belong to the caller."""
        request = self._idle.get()
        try:
            request.infer({0: np.ascontiguousarray(batch)}, share_inputs=True)
            return {
                name: request.get_output_tensor(index).data.copy()
                for index, name in enumerate(self.output_names)
            }
        finally:
            self._idle.put(request)
