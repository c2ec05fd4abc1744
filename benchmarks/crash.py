"""Check-ins while the server's processes are killed with SIGKILL; afterwards, proof that nothing was lost.

Simulated kiosks carry lessons' visits through, with the real networks, by face and by card; each repeats a
request with the same nonce until it is answered. Meanwhile a worker, the jobs, the web server or everything
is killed at random moments, and a guard starts again what has ended. Somebody follows each lesson's events.
In the end each acknowledgement must be in the database once, with nothing besides, and each event must have
been read once and in order (`benchmarks/crash_proof.py`).
"""

from __future__ import annotations

import queue
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.accounts import EMAIL, PHRASE, make_administrator
from benchmarks.crash_class import VISITS, Room, Task, make_rooms
from benchmarks.crash_kiosk import Kiosk
from benchmarks.crash_proof import problems
from benchmarks.dashboard import Dashboard, Event, Follower
from benchmarks.machine import in_words, machine
from benchmarks.server_process import ServerFailed, memory_of, running_server
from benchmarks.tables import replace_table, table
from benchmarks.unlucky import Guard, Misfortune
from recognition.processor import available_threads

KIOSKS = 8
CHECK_INS = 5_000
KILLS = 100
ROOMS = 2
SECONDS_FOR_EVENTS = 60.0


class NotProved(ServerFailed):
    """Something was lost, doubled or out of order; the message lists it."""


@dataclass
class _Run:
    """What happens in all rooms together."""

    dashboard: Dashboard
    seen: dict[int, list[Event]] = field(default_factory=dict)
    cuts: int = 0
    last: float = field(default_factory=time.monotonic)
    longest_silence: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note_answer(self) -> None:
        """Somebody was served: how long was nobody?"""
        with self.lock:
            now = time.monotonic()
            self.longest_silence = max(self.longest_silence, now - self.last)
            self.last = now


def run(
    demo: Path,
    weights: Path,
    *,
    kiosks: int = KIOSKS,
    check_ins: int = CHECK_INS,
    kills: int = KILLS,
    rooms: int = ROOMS,
    seed: int = 0,
) -> dict[str, Any]:
    """Counts; ready for JSON. Raises NotProved.

    rooms: lessons that go on at the same time; the kiosks are shared out among them.
    """
    facts, chance = machine(), random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        settings = {"workers": available_threads(), "liveness": "off"}
        with running_server(Path(folder), demo, weights, **settings) as server:
            make_administrator(Path(folder))
            runtime, places, tokens = make_rooms(Path(folder), demo, rooms, kiosks)
            stands = [Kiosk(server.port, token) for token in tokens]
            dashboard = Dashboard(server.port)
            dashboard.sign_in(EMAIL, PHRASE)
            whole = _Run(dashboard)
            guard = Guard(server)
            misfortune = Misfortune(
                server, kills, check_ins, lambda: sum(len(one.acknowledged) for one in stands), chance
            )
            guard.start()
            misfortune.start()
            start = time.monotonic()
            try:
                with ThreadPoolExecutor(rooms) as pool:
                    shares = [stands[number::rooms] for number in range(rooms)]
                    counts = [len(part) for part in _parts(check_ins, rooms)]
                    seeds = [chance.random() for _ in places]
                    list(pool.map(_lessons, [whole] * rooms, places, shares, counts, seeds))
            finally:
                misfortune.finish()
                guard.finish()
                for stand in stands:
                    stand.close()
            seconds = time.monotonic() - start
            server.wait_until_ready()
            told = [one for stand in stands for one in stand.acknowledged]
            with runtime.sessions() as db:
                found = problems(db, told, whole.seen)
            runtime.stop()
            memory = sum(memory_of(pid)["rss"] for pid in server.workers())
    if found:
        raise NotProved("\n".join(found))
    return {
        "machine": facts,
        "kiosks": kiosks,
        "sessions": len(whole.seen),
        "kills": dict(misfortune.killed),
        "starts": guard.starts,
        "seconds": seconds,
        "acknowledged": len(told),
        "by": dict(Counter(f"{one.reason}, {one.status}" for one in told)),
        "repeated": dict(sum((stand.repeated for stand in stands), Counter[str]())),
        "events": sum(map(len, whole.seen.values())),
        "cuts": whole.cuts,
        "longest_silence_s": whole.longest_silence,
        "rss_bytes": memory,
    }


def _parts(count: int, parts: int) -> list[range]:
    return [range(number, count, parts) for number in range(parts)]


def _lessons(whole: _Run, room: Room, stands: Sequence[Kiosk], visits: int, seed: float) -> None:
    """One lesson after the other, until so many visits were made."""
    chance = random.Random(seed)
    while visits > 0:
        session_id = room.begin()
        follower = Follower(whole.dashboard, session_id)
        follower.start()
        before = sum(len(stand.acknowledged) for stand in stands)
        _lesson(whole, room.tasks(min(visits, VISITS), chance), stands, session_id)
        visits -= sum(len(stand.acknowledged) for stand in stands) - before
        room.end(session_id)
        follower.wait_for(lambda seen: seen[-1].payload.get("status") == "closed", SECONDS_FOR_EVENTS)
        follower.finish()
        with whole.lock:
            whole.seen[session_id] = follower.seen
            whole.cuts += follower.cuts


def _lesson(whole: _Run, tasks: Sequence[Task], stands: Sequence[Kiosk], session_id: int) -> None:
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)

    def serve(stand: Kiosk) -> None:
        with suppress(queue.Empty):
            while True:
                stand.serve(waiting.get_nowait(), session_id)
                whole.note_answer()

    with ThreadPoolExecutor(len(stands)) as pool:
        list(pool.map(serve, stands))


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """One row a figure, in docs/resilience.md."""
    kills = result["kills"]
    rows = [
        ("Kiosks, lessons", f"{result['kiosks']}, {result['sessions']}"),
        ("Kills", f"**{sum(kills.values())}**: " + ", ".join(f"{what} {n}" for what, n in kills.items())),
        ("Starts by the guard", result["starts"]),
        ("Visits acknowledged", f"**{result['acknowledged']:,}** in {result['seconds']:.0f} s"),
        ("of them", "; ".join(f"{what}: {n:,}" for what, n in sorted(result["by"].items()))),
        ("Requests sent again", "; ".join(f"{why}: {n:,}" for why, n in sorted(result["repeated"].items()))),
        ("Longest time in which nobody was served", f"{result['longest_silence_s']:.1f} s"),
        ("Lost, doubled, unacknowledged", "**0**"),
        ("Events read", f"{result['events']:,}, each once and in order, over {result['cuts']} cuts"),
    ]
    replace_table(
        docs / "resilience.md",
        "crash",
        f"{table(('What', 'Measured'), rows)}\n\n{in_words(result['machine'])}.",
    )
