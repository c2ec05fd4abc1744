import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

from recognition.inference import Network
from recognition.weights import SFACE

# The interpreter changes threads as often as it can, so that what may go wrong does.
FIRST_USE_BY_MANY = """
import sys, threading
import numpy as np
import openvino as ov
import recognition.inference
sys.setswitchinterval(1e-9)
together = threading.Barrier(4)
def use(number_type):
    together.wait()
    dtype = number_type.to_dtype()
    assert ov.Tensor(np.zeros((1, 2), dtype)).get_element_type() == number_type
threads = [threading.Thread(target=use, args=(number_type,)) for number_type in (ov.Type.f32, ov.Type.u8) * 2]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("all came back")
"""


def test_the_first_networks_of_a_process_may_run_side_by_side(repository):
    """A process whose first two inferences met stood still for ever."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USE_BY_MANY], cwd=repository, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "all came back", done.stderr


def test_no_thread_is_tied_to_a_core(weights_dir):
    """Tied ones sit on the first cores in every process, and several workers share one core."""
    network = Network(weights_dir / SFACE, threads=1)
    face = np.zeros((1, 3, 112, 112), np.float32)
    work = threading.Thread(target=lambda: [network.run(face) for _ in range(40)])
    work.start()
    seen = set()
    while work.is_alive():
        for thread in Path("/proc/self/task").iterdir():
            with suppress(ProcessLookupError):  # It has just ended.
                seen.add(frozenset(os.sched_getaffinity(int(thread.name))))
    assert seen == {frozenset(os.sched_getaffinity(0))}
