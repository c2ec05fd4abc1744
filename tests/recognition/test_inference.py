import subprocess
import sys

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
