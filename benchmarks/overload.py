"""Ten times as many visits as the server can do: what is let in, what is refused, and who can still work.

Eight kiosks that wait for each answer show how many visits a second the server sustains. Then ten times as
many come, each on a connection of its own and without regard for the answers, while an instructor opens the
live roster of the session again and again and follows its events. Afterwards the time is taken until a visit
goes as quickly as before.
"""

from __future__ import annotations

import http.client
import itertools
import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.accounts import EMAIL, PHRASE, make_administrator
from benchmarks.dashboard import Dashboard, Follower
from benchmarks.kiosk import Burst, bursts_by_person, multipart
from benchmarks.machine import in_words, machine
from benchmarks.server_process import ServerProcess, files_of, memory_of, running_server, threads_of
from benchmarks.tables import replace_table, table
from benchmarks.throughput import quantiles
from recognition.processor import available_threads

TIMES = 10
KIOSKS = 8
SECONDS = 30.0
CALM_SECONDS = 8.0
SENDERS = 160
PAGE_EVERY_S = 0.3
SAMPLE_EVERY_S = 0.25
SECONDS_TO_RECOVER = 30.0

Outcome = tuple[str, float]
"""How a visit was answered, `200`, `503 busy` or `broken`, and after how many milliseconds."""


def run(
    demo: Path, weights: Path, seconds: float = SECONDS, *, calm_seconds: float = CALM_SECONDS
) -> dict[str, Any]:
    """Rates, latencies, memory; ready for JSON."""
    facts, cores = machine(), available_threads()
    bursts = list(itertools.chain.from_iterable(bursts_by_person(demo).values()))
    with tempfile.TemporaryDirectory(prefix="overload-") as folder:
        settings = {"workers": cores, "liveness": "off", "kiosk_rate": 0}
        with running_server(Path(folder), demo, weights, **settings) as server:
            make_administrator(Path(folder))
            dashboard = Dashboard(server.port)
            dashboard.sign_in(EMAIL, PHRASE)
            session_id = server.demo_session()
            _calm(server.port, session_id, bursts, calm_seconds)
            calm = _calm(server.port, session_id, bursts, calm_seconds)
            rate = len(calm) / calm_seconds
            with _watched(server, dashboard, session_id) as seen:
                outcomes, sent_in = _crowd(server.port, session_id, bursts, TIMES * rate, seconds)
                usual = statistics.median(milliseconds for _, milliseconds in calm)
                recovered = _recovery(server.port, session_id, bursts, usual)
    return {
        "machine": facts,
        "workers": cores,
        "sustained_per_s": rate,
        "sustained_ms": quantiles([milliseconds for _, milliseconds in calm]),
        "offered_per_s": TIMES * rate,
        "sent_per_s": len(outcomes) / sent_in,
        "answers": dict(Counter(answer for answer, _ in outcomes)),
        "admitted_per_s": len(_times(outcomes, "200", "422")) / sent_in,
        "admitted_ms": quantiles(_times(outcomes, "200", "422")),
        "refused_ms": quantiles(_times(outcomes, "503 busy")),
        "recovered_after_s": recovered,
        **seen,
    }


def _times(outcomes: Sequence[Outcome], *answers: str) -> list[float]:
    return [milliseconds for answer, milliseconds in outcomes if answer in answers]


def _visit(port: int, session_id: int, burst: Burst) -> Outcome:
    """One visit over a connection of its own."""
    body, content_type = multipart(burst, session_id)
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/api/v1/check-ins", body, {"Content-Type": content_type})
        response = connection.getresponse()
        content = response.read()
        answer = str(response.status)
        if response.status == 503:
            answer += " " + json.loads(content)["reason"]
            if not response.getheader("Retry-After"):
                answer += " without Retry-After"
    except (OSError, http.client.HTTPException):
        answer = "broken"
    finally:
        connection.close()
    return answer, (time.perf_counter() - start) * 1000


def _calm(port: int, session_id: int, bursts: Sequence[Burst], seconds: float) -> list[Outcome]:
    """Visits by kiosks that wait for each answer."""
    outcomes: list[Outcome] = []
    ends, turns = time.perf_counter() + seconds, itertools.cycle(bursts)

    def kiosk(_number: int) -> None:
        while time.perf_counter() < ends:
            outcomes.append(_visit(port, session_id, next(turns)))

    with ThreadPoolExecutor(KIOSKS) as pool:
        list(pool.map(kiosk, range(KIOSKS)))
    return outcomes


def _crowd(
    port: int, session_id: int, bursts: Sequence[Burst], rate: float, seconds: float
) -> tuple[list[Outcome], float]:
    """Visits at a rate, whatever is answered, from a process of its own; and how long sending took."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    sender = context.Process(target=_send_all, args=(there, port, session_id, list(bursts), rate, seconds))
    sender.start()
    outcomes, took = here.recv()
    sender.join()
    return outcomes, took


def _send_all(
    there: Any, port: int, session_id: int, bursts: Sequence[Burst], rate: float, seconds: float
) -> None:
    outcomes: list[Outcome] = []
    numbers, start = itertools.count(), time.perf_counter()

    def sender(_number: int) -> None:
        while (number := next(numbers)) < rate * seconds:
            time.sleep(max(0.0, start + number / rate - time.perf_counter()))
            if time.perf_counter() > start + seconds:
                return
            outcomes.append(_visit(port, session_id, bursts[number % len(bursts)]))

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(sender, range(SENDERS)))
    there.send((outcomes, time.perf_counter() - start))


def _recovery(port: int, session_id: int, bursts: Sequence[Burst], usual_ms: float) -> float:
    """Seconds from the crowd's end until a visit is let in and takes at most twice as long as in calm."""
    start = time.perf_counter()
    while time.perf_counter() < start + SECONDS_TO_RECOVER:
        answer, milliseconds = _visit(port, session_id, bursts[0])
        if answer in {"200", "422"} and milliseconds <= 2 * usual_ms:
            break
    return time.perf_counter() - start


@contextmanager
def _watched(server: ServerProcess, dashboard: Dashboard, session_id: int) -> Iterator[dict[str, Any]]:
    """What an instructor and an operator see meanwhile; filled in at the end."""
    workers, done = server.workers(), threading.Event()
    pages: list[float] = []
    samples: list[tuple[int, int, int]] = []
    follower = Follower(dashboard, session_id)
    follower.start()

    def sample() -> tuple[int, int, int]:
        return (
            sum(memory_of(pid)["rss"] for pid in workers),
            sum(threads_of(pid) for pid in workers),
            sum(files_of(pid) for pid in workers),
        )

    def look() -> None:
        while not done.is_set():
            pages.append(dashboard.milliseconds(f"/sessions/{session_id}"))
            done.wait(PAGE_EVERY_S)

    def measure() -> None:
        while not done.wait(SAMPLE_EVERY_S):
            samples.append(sample())

    before = sample()
    seen: dict[str, Any] = {}
    with ThreadPoolExecutor(2) as pool:
        watchers = [pool.submit(look), pool.submit(measure)]
        try:
            yield seen
        finally:
            done.set()
        for watcher in watchers:
            watcher.result()
    follower.finish()
    names = ("rss_bytes", "threads", "files")
    seen |= {
        "page_ms": quantiles(pages) | {"slowest": max(pages)},
        "pages": len(pages),
        "stream_cuts": follower.cuts,
        "events": len(follower.seen),
        "before": dict(zip(names, before, strict=True)),
        "most": dict(zip(names, map(max, zip(*samples, strict=True)), strict=True)),
        "after": dict(zip(names, sample(), strict=True)),
    }


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """One row a figure, in docs/resilience.md."""
    ms = "{p50:.0f} / {p95:.0f} / {p99:.0f} ms"
    before, most, after = (result[name] for name in ("before", "most", "after"))
    refused = result["answers"].get("503 busy", 0)
    others = {
        name: count for name, count in result["answers"].items() if name not in {"200", "422", "503 busy"}
    }
    rows = [
        ("Sustained, eight kiosks that wait", f"{result['sustained_per_s']:.1f} visits a second"),
        ("a visit then (p50 / p95 / p99)", ms.format(**result["sustained_ms"])),
        ("Sent", f"{result['sent_per_s']:.0f} visits a second of {result['offered_per_s']:.0f} planned"),
        ("Let in", f"{result['admitted_per_s']:.1f} visits a second"),
        ("a visit that was let in", ms.format(**result["admitted_ms"])),
        ("Refused with 503, `busy` and Retry-After", f"{refused:,}"),
        ("a refusal", ms.format(**result["refused_ms"])),
        ("Answered in any other way", ", ".join(f"{k}: {v}" for k, v in others.items()) or "none"),
        (f"The live roster's page meanwhile ({result['pages']} times)", ms.format(**result["page_ms"])),
        ("the slowest", f"{result['page_ms']['slowest']:.0f} ms"),
        ("Cuts of the event stream", result["stream_cuts"]),
        (
            "Memory of the workers, before / most / after",
            _three(before, most, after, "rss_bytes", 1e6) + " MB",
        ),
        ("their threads", _three(before, most, after, "threads")),
        ("their files and sockets", _three(before, most, after, "files")),
        ("A visit is as quick as before after", f"{result['recovered_after_s']:.1f} s"),
    ]
    note = f"{result['workers']} workers. {in_words(result['machine'])}."
    replace_table(docs / "resilience.md", "overload", f"{table(('What', 'Measured'), rows)}\n\n{note}")


def _three(
    before: dict[str, int], most: dict[str, int], after: dict[str, int], name: str, unit: float = 1
) -> str:
    return " / ".join(f"{one[name] / unit:,.0f}" for one in (before, most, after))
