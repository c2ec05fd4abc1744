"""Frames a second through the real server, against what the engine alone can do in the same run.

`python -m server serve` on the loopback with SQLite; eight kiosks, each on one connection, send bursts of
three frames one after the other and wait for the answer. A student who is named answers X ("not me"), so
that nobody is ever checked in and each visit goes the whole way: multipart, JPEG, networks, roster model,
database, answer, event for the dashboards. Every tenth visit is sent twice, as after a lost answer: the
repetition is answered from the database and its frames are not counted.
"""

from __future__ import annotations

import http.client
import itertools
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.kiosk import FRAMES_PER_VISIT, Burst, bursts_by_person, multipart
from benchmarks.machine import in_words, machine
from benchmarks.server_process import (
    ServerFailed,
    ServerProcess,
    files_of,
    memory_of,
    running_server,
    threads_of,
)
from benchmarks.tables import replace_table, table
from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.inference import available_threads
from recognition.roster_model import RosterModel

KIOSKS = 8
REPEAT_EVERY = 10
FRAMES = 1_500
ROUNDS = 6
ROUND_VISITS = 300
"""In a run that lasts for a time."""
SHOWN_ROUNDS = 12
# Before the figures: caches fill, both workers have run every network.
WARM_UP_VISITS = 48


@dataclass(frozen=True)
class Layout:
    """How the server divides the cores."""

    workers: int
    inference_threads: int


def run(
    demo: Path,
    weights: Path,
    frames: int = FRAMES,
    *,
    layouts: Sequence[Layout] | None = None,
    rounds: int = ROUNDS,
    bare_seconds: float = 8.0,
    minutes: float | None = None,
) -> dict[str, Any]:
    """Rounds of the bare engine and of the server in each layout, so that what else the machine does falls on
    all of them alike; ready for JSON.

    layouts: default one worker a core and, unless the run is a long one, one worker that has all cores.
    minutes: goes on for so long, however many frames that makes.
    """
    cores, long = available_threads(), frames > FRAMES or minutes is not None
    if layouts is None:
        layouts = [Layout(cores, 1)] + ([] if long or cores == 1 else [Layout(1, cores)])
    facts = machine()
    bursts = list(itertools.chain.from_iterable(bursts_by_person(demo).values()))
    bare = BareEngine(demo, weights, bursts)
    with ExitStack() as stack:
        visits = -(-frames // FRAMES_PER_VISIT)
        warm_up = min(WARM_UP_VISITS, visits)
        served = [stack.enter_context(_serving(demo, weights, bursts, layout, warm_up)) for layout in layouts]
        for part in _rounds(visits, rounds, minutes):
            bare.measure(bare_seconds)
            for one in served:
                one.measure(part)
        results = [one.result(bare) for one in served]
    return {
        "machine": facts,
        "soak": long,
        "kiosks": KIOSKS,
        "frames_per_visit": FRAMES_PER_VISIT,
        "bare_frames_per_s": bare.rates,
        "bare_decoded_frames_per_s": bare.decoded_rates,
        "served": results,
    }


def _rounds(visits: int, rounds: int, minutes: float | None) -> Iterator[int]:
    """How many visits each round has."""
    if minutes is None:
        yield from (len(part) for part in np.array_split(np.arange(visits), rounds))
        return
    ends = time.monotonic() + minutes * 60
    while time.monotonic() < ends:
        yield ROUND_VISITS


class BareEngine:
    """The engine in this process with all cores: from the bytes that the kiosks send to a decision, and
    `FaceEngine.identify` alone, on pictures that are decoded already.
    """

    def __init__(self, demo: Path, weights: Path, bursts: Sequence[Burst]) -> None:
        self.rates: list[float] = []
        self.decoded_rates: list[float] = []
        self._engine = FaceEngine.load(weights)
        self._engine.warm_up()
        people = json.loads((demo / "people.json").read_text(encoding="utf-8"))["people"]
        embeddings = np.load(demo / "embeddings.npy", allow_pickle=False)
        rows = [(photo["row"], person["id"]) for person in people for photo in person["enrol"]]
        self._model = RosterModel.fit(
            embeddings[[row for row, _ in rows]],
            [label for _, label in rows],
            embedder_id=self._engine.embedder_id,
        )
        self._bursts = bursts
        self._images = [[decode_image(frame) for frame in burst] for burst in bursts]

    def measure(self, seconds: float) -> None:
        """Frames a second, the better of one caller at a time and as many as there are cores."""
        callers = {1, available_threads()}
        share = seconds / len(callers) / 2
        self.rates.append(max(self._rate(self._bursts, count, share) for count in callers))
        self.decoded_rates.append(max(self._rate(self._images, count, share) for count in callers))

    def _rate(
        self, visits: Sequence[Burst] | Sequence[list[np.ndarray]], callers: int, seconds: float
    ) -> float:
        turns, counts = itertools.cycle(visits), [0] * callers
        start = time.perf_counter()

        def work(number: int) -> None:
            while time.perf_counter() < start + seconds:
                frames = (decode_image(one) if isinstance(one, bytes) else one for one in next(turns))
                self._engine.identify(list(frames), self._model)
                counts[number] += 1

        with ThreadPoolExecutor(callers) as pool:
            list(pool.map(work, range(callers)))
        return FRAMES_PER_VISIT * sum(counts) / (time.perf_counter() - start)


@dataclass
class _Tally:
    """What the kiosks saw, gathered from all their threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    milliseconds: list[float] = field(default_factory=list)
    answer_milliseconds: list[float] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    changed_repeats: int = 0
    busy: int = 0


@contextmanager
def _serving(
    demo: Path, weights: Path, bursts: Sequence[Burst], layout: Layout, warm_up: int
) -> Iterator[_Served]:
    settings = {
        "workers": layout.workers,
        "inference_threads": layout.inference_threads,
        "kiosk_rate": 0,
    }
    with (
        tempfile.TemporaryDirectory(prefix="throughput-") as folder,
        running_server(Path(folder), demo, weights, **settings) as server,
    ):
        session_id = server.demo_session()
        _visit_all(server, session_id, bursts, warm_up)
        yield _Served(layout, server, session_id, bursts)


@dataclass
class _Served:
    """A server under load, and what was measured of it round by round."""

    layout: Layout
    server: ServerProcess
    session_id: int
    bursts: Sequence[Burst]
    tally: _Tally = field(default_factory=_Tally)
    rates: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    visits: int = 0

    def measure(self, visits: int) -> None:
        """One round of so many visits, and the memory of all workers after it."""
        start = time.perf_counter()
        _visit_all(self.server, self.session_id, self.bursts, visits, self.tally)
        self.rates.append(FRAMES_PER_VISIT * visits / (time.perf_counter() - start))
        self.memory.append(sum(memory_of(pid)["rss"] for pid in self.server.workers()))
        self.files.append(sum(files_of(pid) for pid in self.server.workers()))
        self.visits += visits

    def result(self, bare: BareEngine) -> dict[str, Any]:
        """The figures of all rounds; the ratio is the median of the rounds', each to the engine's own."""
        return {
            "workers": self.layout.workers,
            "inference_threads": self.layout.inference_threads,
            "frames": self.visits * FRAMES_PER_VISIT,
            "frames_per_s": median(self.rates),
            "rates": self.rates,
            "ratio": median(own / limit for own, limit in zip(self.rates, bare.rates, strict=True)),
            "ratio_to_decoded": median(
                own / limit for own, limit in zip(self.rates, bare.decoded_rates, strict=True)
            ),
            "latency_ms": quantiles(self.tally.milliseconds),
            "answer_ms": quantiles(self.tally.answer_milliseconds),
            "reasons": dict(self.tally.reasons),
            "changed_repeats": self.tally.changed_repeats,
            "busy": self.tally.busy,
            "memory": [memory_of(pid) | {"threads": threads_of(pid)} for pid in self.server.workers()],
            "rss_bytes_by_round": self.memory,
            "files_by_round": self.files,
            "growth_bytes": self.memory[-1] - self.memory[len(self.memory) // 2],
        }


def _visit_all(
    server: ServerProcess,
    session_id: int,
    bursts: Sequence[Burst],
    visits: int,
    tally: _Tally | None = None,
) -> None:
    """So many visits, by eight kiosks at a time."""
    counter, tally = itertools.count(), tally or _Tally()

    def kiosk(_number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while (number := next(counter)) < visits:
            _visit(connection, session_id, bursts[number % len(bursts)], number, tally)
        connection.close()

    with ThreadPoolExecutor(KIOSKS) as pool:
        list(pool.map(kiosk, range(KIOSKS)))


def _visit(
    connection: http.client.HTTPConnection, session_id: int, burst: Burst, number: int, tally: _Tally
) -> None:
    """One visit and its answer; some are sent twice."""
    body, content_type = multipart(burst, session_id)
    start = time.perf_counter()
    answer = _send(connection, "/api/v1/check-ins", body, content_type, tally)
    milliseconds = (time.perf_counter() - start) * 1000
    changed = 0
    if number % REPEAT_EVERY == 0:
        changed = int(_send(connection, "/api/v1/check-ins", body, content_type, tally) != answer)
    answered = None
    if answer.get("status") == "awaiting_answer":
        start = time.perf_counter()
        path = f"/api/v1/check-ins/{answer['id']}/answer"
        _send(connection, path, json.dumps({"answer": "X"}).encode(), "application/json", tally)
        answered = (time.perf_counter() - start) * 1000
    with tally.lock:
        tally.milliseconds.append(milliseconds)
        tally.reasons[answer["reason"]] += 1
        tally.changed_repeats += changed
        if answered is not None:
            tally.answer_milliseconds.append(answered)


def _send(
    connection: http.client.HTTPConnection, path: str, body: bytes, content_type: str, tally: _Tally
) -> dict[str, Any]:
    """The answer; a server that is busy is asked again when it says, as the kiosk does."""
    while True:
        connection.request("POST", path, body, {"Content-Type": content_type})
        response = connection.getresponse()
        content: dict[str, Any] = json.loads(response.read())
        # 422 is an answer about the picture (no face, low quality).
        if response.status in {200, 422}:
            return content
        if response.status != 503:
            raise ServerFailed(f"{path} answered {response.status}: {content}")
        with tally.lock:
            tally.busy += 1
        time.sleep(float(response.getheader("Retry-After", "1")))


def quantiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th and 99th percentile; nothing of nothing."""
    if not milliseconds:
        return {}
    p50, p95, p99 = np.quantile(milliseconds, [0.5, 0.95, 0.99])
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99)}


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """One row per layout, in docs/performance.md; a long run has a table of its own."""
    head = (
        "Workers × inference threads",
        "frames a second",
        "of the bare engine",
        "of it on decoded pictures",
        "visit, p50",
        "p95",
        "p99",
        "answer, p50",
        "busy, sent again",
        "memory a worker (RSS / PSS)",
        "growth",
    )
    rows = []
    for one in result["served"]:
        latency = one["latency_ms"]
        rss, pss = (np.mean([worker[kind] for worker in one["memory"]]) / 1e6 for kind in ("rss", "pss"))
        rows.append(
            (
                f"{one['workers']} × {one['inference_threads']}",
                f"{one['frames_per_s']:.1f}",
                f"**{one['ratio']:.2f}**",
                f"{one['ratio_to_decoded']:.2f}",
                *(f"{latency[name]:.0f} ms" for name in ("p50", "p95", "p99")),
                f"{one['answer_ms'].get('p50', float('nan')):.0f} ms",
                one["busy"],
                f"{rss:.0f} / {pss:.0f} MB",
                f"{one['growth_bytes'] / 1e6:+.1f} MB in {one['frames']:,} frames",
            )
        )
    bare, decoded = result["bare_frames_per_s"], result["bare_decoded_frames_per_s"]
    note = (
        f"{result['kiosks']} kiosks, {result['frames_per_visit']} frames a visit. The bare engine: "
        f"{median(bare):.1f} frames a second (median of {len(bare)} rounds in turn with the server, "
        f"{min(bare):.1f}–{max(bare):.1f}), {median(decoded):.1f} on decoded pictures. "
        f"Growth: memory of all workers from the middle of the run to its "
        f"end{_over_time(result)}. {in_words(result['machine'])}."
    )
    name = "soak" if result["soak"] else "throughput"
    replace_table(docs / "performance.md", name, f"{table(head, rows)}\n\n{note}")


def _over_time(result: dict[str, Any]) -> str:
    """The memory and the open files of a long run, over its rounds."""
    if not result["soak"]:
        return ""
    served = result["served"][0]
    sizes, files = served["rss_bytes_by_round"], served["files_by_round"]
    shown = sorted({round(at) for at in np.linspace(0, len(sizes) - 1, min(SHOWN_ROUNDS, len(sizes)))})
    megabytes = ", ".join(f"{sizes[at] / 1e6:,.0f}" for at in shown)
    handles = ", ".join(str(files[at]) for at in shown)
    return f" (in the course of {len(sizes)} rounds: {megabytes} MB; files and sockets: {handles})"
