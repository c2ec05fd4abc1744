"""What a school, a university and a country need: measured constants, simulated arrivals, assumed prices.

Measured here: how long a visit keeps a replica of two cores busy, what it weighs on the network and in the
database, what a replica holds in memory. Everything about people and prices is an assumption, listed beside
the results.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text
from tqdm import tqdm

from benchmarks.arrivals import Lessons, replicas_needed, requests, serve
from benchmarks.machine import in_words, machine
from benchmarks.tables import replace_table, table
from benchmarks.university_lists import Size
from benchmarks.university_rows import University
from recognition.engine import FaceEngine
from recognition.gallery import normalise
from recognition.image import decode_image
from recognition.roster_model import RosterModel
from server import schema
from server.db import create_db_engine
from server.services.vault import Vault
from training.pictures import DIFFERENT, LINE, SAME, new_figure, svg_text

PLACES = (("a school", 1_000), ("a university", 50_000), ("a country", 5_000_000))
LARGEST = 50_000
"""Students of one installation; more are several, each with a database and keys of its own."""
FRAMES, CHALLENGE_FRAMES = 3, 4
VISITS = 60
P95_S = 1.0
PATIENCE_S = 5.0
"""As :data:`server.runtime.WAIT_FOR_PLACE_S`."""
CORES_A_REPLICA = 2
SPARE = 1
"""Replicas beyond those needed, so that one may go."""
VISIT_TABLES = ("check_in", "attendance", "attendance_change", "outbox_event")
WRITES_A_VISIT = 2
"""Transactions: the decision, and the answer."""


@dataclass(frozen=True)
class Assumed:
    """What is not measured: people and prices (US dollars)."""

    share_at_nine: float = 0.6
    lessons_a_day: float = 3.0
    days_a_month: int = 20
    peak_hours_a_day: float = 3.0
    vcpu_hour: float = 0.04
    gb_memory_hour: float = 0.005
    gb_storage_month: float = 0.12
    gb_traffic: float = 0.05


def run(demo: Path, engine: FaceEngine) -> dict[str, Any]:
    """Constants and results; ready for JSON."""
    facts = machine()
    pictures = [path.read_bytes() for path in sorted(demo.glob("*/probe/*.jpg"))]
    service = _service_times(engine, pictures)
    constants = {
        "visit_s": {"mean": float(service.mean()), "p95": float(np.quantile(service, 0.95))},
        "visit_network_bytes": float(np.mean([len(one) for one in pictures])) * (FRAMES + CHALLENGE_FRAMES),
        "visit_row_bytes": _row_bytes(engine.embedder_id),
        "writes_a_second": _commits_a_second(),
        "replica_memory_gb": _resident_gb(),
    }
    assumed, lessons = Assumed(), Lessons()
    results = [
        _place(name, students, service, constants, assumed, lessons)
        for name, students in tqdm(PLACES, desc="places")
    ]
    return {
        "machine": facts,
        "constants": constants,
        "assumed": asdict(assumed) | asdict(lessons),
        "places": results,
        "curve": _curve(service, lessons, assumed),
    }


def _resident_gb() -> float:
    """Of this process, which holds the networks as a replica does."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e9


def _service_times(engine: FaceEngine, pictures: list[bytes]) -> np.ndarray:
    """(VISITS,) seconds that one visit keeps a replica's cores busy: decode, find, recognise, challenge.

    Processor time, so that what else the machine does counts little.
    """
    subjects = [engine.subject(decode_image(one)) for one in pictures[:8]]
    crops = [engine.embedder.crop(one.image, one.face) for one in subjects if not isinstance(one, str)]
    embeddings = normalise(engine.embedder.embed(np.stack(crops)))
    model = RosterModel.fit(
        embeddings, [str(n) for n in range(len(embeddings))], embedder_id=engine.embedder_id
    )
    times = []
    for number in range(VISITS + 5):
        chosen = [pictures[(number + one) % len(pictures)] for one in range(FRAMES + CHALLENGE_FRAMES)]
        start = time.process_time()
        seen = [engine.subject(decode_image(one)) for one in chosen]
        engine.identify_subjects(seen[:FRAMES], model)
        times.append((time.process_time() - start) / CORES_A_REPLICA)
    return np.array(times[5:])


def _row_bytes(embedder_id: str) -> float:
    """What one visit leaves in the database, indexes included: SQLite's file with visits and without."""

    def size(tables: tuple[str, ...]) -> int:
        with tempfile.TemporaryDirectory() as folder:
            engine = create_db_engine(f"sqlite:///{folder}/campus.sqlite3")
            schema.upgrade(engine, Path(folder))
            University(engine, Size(20, 2_000, sessions=1, each=1), Vault(bytes(32)), embedder_id).fill()
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                for name in tables:
                    connection.execute(text(f"DELETE FROM {name}"))
                connection.commit()
            with engine.connect() as connection:
                pages, free, each = (
                    int(connection.scalar(text(f"PRAGMA {name}")) or 0)
                    for name in ("page_count", "freelist_count", "page_size")
                )
            engine.dispose()
            return (pages - free) * each

    return (size(()) - size(VISIT_TABLES)) / (2_000 * Size.courses_a_student)


def _commits_a_second(count: int = 300) -> float:
    """Transactions that one SQLite file takes, each written through to the disk."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_db_engine(f"sqlite:///{folder}/commits.sqlite3")
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE one (id INTEGER PRIMARY KEY, words TEXT)"))
        start = time.perf_counter()
        for _ in range(count):
            with engine.connect().execution_options(immediate=True) as connection:
                connection.execute(text("INSERT INTO one (words) VALUES ('present')"))
                connection.commit()
        seconds = time.perf_counter() - start
        engine.dispose()
    return count / seconds


def _place(
    name: str,
    students: int,
    service: np.ndarray,
    constants: dict[str, Any],
    assumed: Assumed,
    lessons: Lessons,
) -> dict[str, Any]:
    pieces = max(1, students // LARGEST)
    sent = requests(round(students / pieces * assumed.share_at_nine), lessons, np.random.default_rng(0))
    needed, outcome = replicas_needed(sent, service, P95_S, patience=PATIENCE_S)
    visits_a_month = students * assumed.lessons_a_day * assumed.days_a_month
    replicas = pieces * (needed + SPARE)
    peak = pieces * outcome.peak_a_second
    memory_gb = replicas * constants["replica_memory_gb"]
    rows_year = visits_a_month * 10 * len(VISIT_TABLES)
    storage_gb = visits_a_month * 10 * constants["visit_row_bytes"] / 1e9
    traffic_gb = visits_a_month * constants["visit_network_bytes"] / 1e9
    hours = assumed.days_a_month * assumed.peak_hours_a_day
    always = 30 * 24 - hours
    quiet = max(2 * pieces, round(replicas * 0.1))
    machine_hours = replicas * hours + quiet * always
    cost = (
        machine_hours * CORES_A_REPLICA * assumed.vcpu_hour
        + machine_hours * constants["replica_memory_gb"] * assumed.gb_memory_hour
        + storage_gb * assumed.gb_storage_month
        + traffic_gb * assumed.gb_traffic
    )
    return {
        "name": name,
        "students": students,
        "installations": pieces,
        "peak_visits_a_second": peak,
        "replicas": replicas,
        "p95_wait_s": outcome.p95(),
        "retries": pieces * outcome.retries,
        "memory_gb": memory_gb,
        "peak_writes_a_second": peak * WRITES_A_VISIT,
        "peak_mbit_a_second": peak * constants["visit_network_bytes"] * 8 / 1e6,
        "rows_a_year": rows_year,
        "database_gb_a_year": storage_gb,
        "cost_a_student_month": cost / students,
    }


def _curve(service: np.ndarray, lessons: Lessons, assumed: Assumed) -> list[dict[str, Any]]:
    """p95 of the wait with fewer and more replicas than needed, for all but the largest place."""
    curves = []
    for name, students in PLACES[:-1]:
        sent = requests(round(students * assumed.share_at_nine), lessons, np.random.default_rng(0))
        needed, _ = replicas_needed(sent, service, P95_S, patience=PATIENCE_S)
        counts = sorted({max(1, round(needed * part)) for part in (0.6, 0.7, 0.8, 0.9, 1, 1.15, 1.3)})
        waits = [serve(sent, service, one, np.random.default_rng(0)).p95() for one in counts]
        curves.append({"name": name, "needed": needed, "replicas": counts, "p95_s": waits})
    return curves


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The constants, the table and the curve of docs/sizing.md."""
    (docs / "sizing.svg").write_text(_picture(result["curve"]), encoding="utf-8")
    places, constants = result["places"], result["constants"]
    lines: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
        ("students", lambda one: f"{one['students']:,}"),
        ("installations", lambda one: f"{one['installations']:,}"),
        ("visits a second before nine", lambda one: f"{one['peak_visits_a_second']:,.1f}"),
        ("replicas of 2 cores, one to spare", lambda one: f"{one['replicas']:,}"),
        ("wait for a replica, p95", lambda one: f"{one['p95_wait_s']:.2f} s"),
        ("visits sent again", lambda one: f"{one['retries']:,}"),
        ("memory of the replicas", lambda one: f"{one['memory_gb']:,.0f} GB"),
        ("transactions a second", lambda one: f"{one['peak_writes_a_second']:,.0f}"),
        ("network in", lambda one: f"{one['peak_mbit_a_second']:,.0f} Mbit/s"),
        ("rows a year", lambda one: f"{one['rows_a_year'] / 1e6:,.1f} million"),
        ("database grows a year", lambda one: f"{one['database_gb_a_year']:,.1f} GB"),
        ("cost a student and month", lambda one: f"{one['cost_a_student_month']:.3f} $"),
    ]
    rows = [(words, *(cell(one) for one in places)) for words, cell in lines]
    note = (
        f"Measured: a visit ({FRAMES} frames and {CHALLENGE_FRAMES} of the challenge) keeps two cores "
        f"busy for "
        f"{1000 * constants['visit_s']['mean']:.0f} ms ({1000 * constants['visit_s']['p95']:.0f} ms at p95), "
        f"weighs {constants['visit_network_bytes'] / 1e3:.0f} kB on the network and "
        f"{constants['visit_row_bytes']:.0f} bytes in the database with its indexes; SQLite takes "
        f"{constants['writes_a_second']:.0f} transactions a second on this disk. "
        f"{in_words(result['machine'])}."
    )
    assumed = "; ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in result["assumed"].items())
    head = ("", *(one["name"] for one in places))
    replace_table(docs / "sizing.md", "campus", f"{table(head, rows)}\n\n{note}\n\nAssumed: {assumed}.")


def _picture(curves: list[dict[str, Any]]) -> str:
    figure, axes = new_figure(7.2, 3.6)
    for one, colour in zip(curves, (SAME, LINE, DIFFERENT), strict=False):
        share = [100 * count / one["needed"] for count in one["replicas"]]
        axes.plot(share, np.maximum(one["p95_s"], 0.01), "o-", color=colour, linewidth=1.8, label=one["name"])
    axes.axhline(P95_S, color=DIFFERENT, linewidth=0.8, linestyle="--")
    axes.set_yscale("log")
    axes.set(xlabel="replicas, % of those needed", ylabel="p95 of the wait, s")
    axes.legend(frameon=False)
    return svg_text(figure, transparent=False) + "\n"
