"""What the networks alone cost: the very calls that a stack makes, repeated with nothing around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from recognition.inference import Network

Call = tuple[Network, np.ndarray]


@contextmanager
def recorded() -> Iterator[list[Call]]:
    """The calls of every network inside, with their inputs, in order. For one thread at a time."""
    calls: list[Call] = []
    run = Network.run

    def noting(network: Network, batch: np.ndarray) -> dict[str, np.ndarray]:
        calls.append((network, batch.copy()))
        return dict(run(network, batch))

    Network.run = noting
    try:
        yield calls
    finally:
        Network.run = run


def calls_of(work: Callable[[], object]) -> list[Call]:
    """The networks' calls in one turn of `work`."""
    with recorded() as calls:
        work()
    return calls


def milliseconds(calls: list[Call]) -> list[float]:
    """How long each call takes when it is made again."""
    times = []
    for network, batch in calls:
        start = time.perf_counter()
        network.run(batch)
        times.append(1000 * (time.perf_counter() - start))
    return times
