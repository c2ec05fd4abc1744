"""The pages of an installation after years of use: 500 courses, 20,000 students, 2 million attendance rows.

The database is filled directly; then every page that somebody can open, and every list as JSON, is asked for
many times through the app, without a network between, on SQLite and on PostgreSQL. Times are the server's
own: routing, queries, rendering.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from tqdm import tqdm

from benchmarks.machine import in_words, machine
from benchmarks.postgresql import own_postgresql
from benchmarks.tables import replace_table, table
from benchmarks.university_lists import Size
from benchmarks.university_pages import Place, Visitors, addresses, pages, places
from benchmarks.university_rows import University
from recognition.engine import FaceEngine
from server import create_app, schema
from server.runtime import Runtime, keep_for_good
from server.settings import Settings

REQUESTS = 40
PLACES = 200
LIMIT_MS = 300


def run(engine: FaceEngine, requests: int = REQUESTS, size: Size | None = None) -> dict[str, Any]:
    """Milliseconds of every page; ready for JSON.

    :param size: of the installation, for a quick look at a smaller one.
    """
    facts = machine()
    size = size or Size()
    databases = {"SQLite": _measure(None, engine, requests, size)}
    with own_postgresql() as url:
        databases["PostgreSQL"] = _measure(url, engine, requests, size)
    return {"machine": facts, "requests": requests, "databases": databases}


def _measure(url: str | None, engine: FaceEngine, requests: int, size: Size) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir(mode=0o700)
        settings = Settings(data_dir=data, **({"database_url": url} if url else {}))
        app = create_app(settings, engine=engine)
        runtime: Runtime = app.extensions["face_checkin"]
        schema.upgrade(runtime.database, data)
        start = time.perf_counter()
        rows = University(runtime.database, size, runtime.vault, engine.embedder_id).fill()
        filled = time.perf_counter() - start
        with runtime.sessions() as db:
            known = places(db, PLACES)
            visitors = Visitors(app, db)
        keep_for_good()  # As every worker does before its first request.
        measured = {}
        for rule in tqdm(pages(app.url_map.iter_rules(), known[0]), desc="pages"):
            for role, client in visitors.of(rule):
                for number in range(len(addresses(app, rule, known[0]))):
                    asked = [addresses(app, rule, place)[number] for place in _drawn(known, requests)]
                    query = asked[0].partition("?")[1] + asked[0].partition("?")[2]
                    figures = _time(client, asked)
                    if figures is not None:
                        name = rule.rule.replace("<int:", "<") + query + (f" ({role})" if role else "")
                        measured[name] = figures
        runtime.stop()
    return {"rows": rows, "filled_s": filled, "pages": measured}


def _drawn(known: list[Place], count: int) -> list[Place]:
    """The same places for each page."""
    random = np.random.default_rng(0)
    return [known[random.integers(len(known))] for _ in range(count)]


def _time(client: FlaskClient, asked: list[str]) -> dict[str, float] | None:
    """Of one page at all these addresses; none where the visitor may not see it.

    :raises RuntimeError: where a page is broken.
    """
    times = []
    client.get(asked[0]).get_data()  # Templates are compiled when a page is first asked for.
    for address in asked:
        start = time.perf_counter()
        with client.get(address) as answer:
            if answer.status_code >= 500:
                raise RuntimeError(f"{address} answered {answer.status_code}")
            if answer.status_code != 200:
                return None
            answer.get_data()
        times.append(1000 * (time.perf_counter() - start))
    low, high = np.quantile(times, [0.5, 0.95])
    return {"median_ms": float(low), "p95_ms": float(high)}


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Every page on every database, in docs/performance.md."""
    databases = result["databases"]
    names = sorted({page for found in databases.values() for page in found["pages"]})
    head = ["Page, ms"] + [f"{name}: {what}" for name in databases for what in ("median", "p95")]
    rows = []
    for page in names:
        address, _, role = page.partition(" ")
        cells = [f"`{address}`" + (f" {role}" if role else "")]
        for found in databases.values():
            figures = found["pages"].get(page)
            cells += [f"{figures[key]:.0f}" if figures else "–" for key in ("median_ms", "p95_ms")]
        rows.append(cells)
    counts = next(iter(databases.values()))["rows"]
    slowest = max(figures["p95_ms"] for found in databases.values() for figures in found["pages"].values())
    note = (
        f"{counts['course']:,} courses, {counts['student']:,} students, {counts['enrolment']:,} enrolments, "
        f"{counts['class_session']:,} sessions, {counts['attendance']:,} attendance rows; "
        f"{result['requests']} requests a page. "
        f"The slowest page's p95 is {slowest:.0f} ms (limit {LIMIT_MS}). "
        f"{in_words(result['machine'])}."
    )
    replace_table(docs / "performance.md", "university", f"{table(head, rows)}\n\n{note}")
