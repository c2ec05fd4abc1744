"""Never more computing threads than cores."""

import subprocess
import sys

import pytest

from server.cores import Shares, share_out, shortage
from server.settings import Settings


@pytest.mark.parametrize(
    ("cores", "workers", "threads", "shares"),
    [
        (2, 2, None, Shares(2, 1)),
        (2, 1, None, Shares(1, 2)),
        (2, 1, 1, Shares(1, 1)),
        (2, 4, None, Shares(2, 1)),
        (2, 2, 2, Shares(2, 1)),
        (1, 2, 4, Shares(1, 1)),
        (8, 3, None, Shares(3, 2)),
        (8, 2, 16, Shares(2, 4)),
    ],
)
def test_workers_times_threads_is_never_more_than_the_cores(cores, workers, threads, shares):
    settings = Settings(workers=workers, inference_threads=threads)
    assert share_out(settings, cores) == shares
    assert shares.workers * shares.threads <= cores


def test_who_asks_for_more_than_there_is_is_told():
    assert shortage(Settings(), 1) is None
    assert shortage(Settings(workers=2, inference_threads=1), 2) is None
    assert "; 2 × 1 are started" in shortage(Settings(workers=8), 2)
    assert "; 2 × 1 are started" in shortage(Settings(workers=2, inference_threads=2), 2)


def test_the_libraries_keep_to_the_share():
    """In a process of its own, for it changes the process."""
    code = """if True:
        import cv2, numpy
        from threadpoolctl import threadpool_info
        from server.cores import keep_to
        keep_to(1)
        blas = [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]
        assert blas and set(blas) == {1}, blas
        assert cv2.getNumThreads() == 1
    """
    subprocess.run([sys.executable, "-c", code], check=True)
