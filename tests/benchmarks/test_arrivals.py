"""The simulated rush agrees with queueing theory where that has an answer."""

import numpy as np
import pytest

from benchmarks.arrivals import Lessons, peak, replicas_needed, requests, serve


@pytest.fixture
def random():
    return np.random.default_rng(0)


def poisson(rate, count, random):
    return np.cumsum(random.exponential(1 / rate, count))


@pytest.mark.parametrize(("replicas", "load"), [(1, 0.7), (4, 0.8)])
def test_an_endless_stream_waits_as_erlang_says(random, replicas, load):
    """M/M/c: the mean wait is C(c, a) / (c - a) service times (Erlang 1917)."""
    busy = replicas * load
    sent = poisson(busy, 200_000, random)
    outcome = serve(sent, random.exponential(1.0, 100_000), replicas, random)
    terms = np.cumprod([1.0] + [busy / n for n in range(1, replicas + 1)])
    waiting = terms[-1] / (1 - load) / (terms[:-1].sum() + terms[-1] / (1 - load))
    assert outcome.waits.mean() == pytest.approx(waiting / (replicas - busy), rel=0.08)


def test_equal_services_wait_half_as_long(random):
    """M/D/1 against M/M/1 (Pollaczek and Khinchine)."""
    sent = poisson(0.7, 200_000, random)
    outcome = serve(sent, np.ones(1), 1, random)
    assert outcome.waits.mean() == pytest.approx(0.5 * 0.7 / 0.3, rel=0.08)


def test_nobody_waits_where_there_are_enough(random):
    outcome = serve(np.arange(100.0), np.full(10, 0.9), 1, random)
    assert outcome.waits.max() == 0
    assert outcome.retries == 0


def test_who_would_wait_too_long_comes_again(random):
    outcome = serve(np.zeros(10), np.ones(1), 1, random, patience=3, retry_after=2)
    assert outcome.retries > 0
    assert sorted(outcome.waits)[:4] == [0, 1, 2, 3]
    assert len(set(np.round(outcome.waits, 6))) == 10


def test_a_kiosk_takes_one_at_a_time(random):
    lessons = Lessons(room=30, at_kiosk=10)
    sent = requests(30, lessons, random)
    assert len(sent) == 30
    assert np.diff(sent).min() >= 10 - 1e-9


def test_as_few_replicas_as_will_do(random):
    sent = requests(4_000, Lessons(), random)
    service = np.full(5, 0.5)
    needed, outcome = replicas_needed(sent, service, 1.0)
    assert outcome.p95() <= 1.0
    assert serve(sent, service, needed - 1, np.random.default_rng(0)).p95() > 1.0
    assert peak(sent) * 0.4 < needed < peak(sent)
