"""Whether it pays to partition the attendance in PostgreSQL: one table, 12 terms, or 12 parts by hash.

By term means by ranges of session ids, which grow with time, so that the key "one row for a student and a
session" stands; by hash means by the session. Asked is what pages ask (one session's entries, one student's
of all terms, a session's counts), what arrivals write, what vacuum takes, and what it takes to be rid of an
old term: deleting its rows, or dropping its partition.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, create_engine, text

from benchmarks.machine import in_words, machine
from benchmarks.postgresql import own_postgresql
from benchmarks.tables import replace_table, table

SIZES = (2_000_000, 10_000_000)
TERMS = 12
STUDENTS_A_SESSION = 200
ASKED = 200
COLUMNS = (
    "id integer NOT NULL, session_id integer NOT NULL, student_id integer NOT NULL,"
    " status varchar(16) NOT NULL, method varchar(16), recorded_at timestamptz NOT NULL,"
    " UNIQUE (session_id, student_id)"
)
PARTITIONED_KEY = "PRIMARY KEY (id, session_id)"
"""A partitioned table's keys must hold what it is partitioned by."""
Make = Callable[[Connection, int], None]


def run(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Milliseconds and megabytes of every kind, at each size; ready for JSON."""
    facts = machine()
    results = []
    with own_postgresql() as url:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for rows in sizes:
                kinds = {name: _measure(connection, rows, make) for name, make in KINDS.items()}
                results.append({"rows": rows, "kinds": kinds})
        engine.dispose()
    return {"machine": facts, "terms": TERMS, "sizes": results}


def _make_one_table(connection: Connection, _sessions: int) -> None:
    connection.execute(text(f"CREATE TABLE entries ({COLUMNS}, PRIMARY KEY (id))"))


def _make_terms(connection: Connection, sessions: int) -> None:
    connection.execute(
        text(
            f"CREATE TABLE entries ({COLUMNS}, PRIMARY KEY (id, session_id)) PARTITION BY RANGE (session_id)"
        )
    )
    bounds = [sessions * term // TERMS for term in range(TERMS)]
    for term, (low, high) in enumerate(zip(bounds, [*bounds[1:], 2 * sessions], strict=True)):
        connection.execute(
            text(f"CREATE TABLE entries_{term} PARTITION OF entries FOR VALUES FROM ({low}) TO ({high})")
        )


def _make_hashes(connection: Connection, _sessions: int) -> None:
    connection.execute(
        text(f"CREATE TABLE entries ({COLUMNS}, {PARTITIONED_KEY}) PARTITION BY HASH (session_id)")
    )
    for part in range(TERMS):
        connection.execute(
            text(
                f"CREATE TABLE entries_{part} PARTITION OF entries"
                f" FOR VALUES WITH (MODULUS {TERMS}, REMAINDER {part})"
            )
        )


KINDS: dict[str, Make] = {"one table": _make_one_table, "12 terms": _make_terms, "12 hashes": _make_hashes}


def _measure(connection: Connection, rows: int, make: Make) -> dict[str, float]:
    sessions, students = rows // STUDENTS_A_SESSION, rows // 100
    connection.execute(text("DROP TABLE IF EXISTS entries"))
    make(connection, sessions)
    connection.execute(text("CREATE INDEX entries_student ON entries (student_id)"))
    connection.execute(
        text(
            "INSERT INTO entries SELECT n, n / :each, (CAST(n AS bigint) * 7919) % :students,"
            " 'present', 'face', now() FROM generate_series(0, :last) n"
        ),
        {"each": STUDENTS_A_SESSION, "students": students, "last": sessions * STUDENTS_A_SESSION - 1},
    )
    connection.execute(text("VACUUM ANALYZE entries"))
    random = np.random.default_rng(0)
    asked_sessions = random.integers(sessions, size=ASKED).tolist()
    asked_students = random.integers(students, size=ASKED).tolist()
    arrivals = range(rows, rows + ASKED)
    figures = {
        "a session's entries, ms": _median(
            connection, "SELECT student_id, status FROM entries WHERE session_id = :key", asked_sessions
        ),
        "a session's counts, ms": _median(
            connection,
            "SELECT status, count(*) FROM entries WHERE session_id = :key GROUP BY status",
            asked_sessions,
        ),
        "a student's, of all terms, ms": _median(
            connection, "SELECT session_id, status FROM entries WHERE student_id = :key", asked_students
        ),
        "one arrival, ms": _median(
            connection,
            f"INSERT INTO entries VALUES (:key, {sessions}, :key, 'present', 'face', now())",
            list(arrivals),
        ),
        "tables and indexes, MB": _megabytes(connection),
    }
    old = sessions // TERMS
    if make is _make_terms:
        figures["an old term away, ms"] = _once(connection, "DROP TABLE entries_0")
    else:
        figures["an old term away, ms"] = _once(connection, f"DELETE FROM entries WHERE session_id < {old}")
    figures["vacuum after it, ms"] = _once(connection, "VACUUM entries")
    return figures


def _once(connection: Connection, statement: str) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    connection.execute(text(statement))
    return 1000 * (time.perf_counter() - start)


def _megabytes(connection: Connection) -> float:
    query = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname ~ '^entries(_[0-9]+)?$'"
    return float(connection.scalar(text(query)) or 0) / 1e6


def _median(connection: Connection, statement: str, keys: list[int]) -> float:
    """Milliseconds."""
    times = []
    for key in keys:
        start = time.perf_counter()
        result = connection.execute(text(statement), {"key": key})
        if result.returns_rows:
            result.all()
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times))


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The table in docs/performance.md."""
    sizes = result["sizes"]
    head = ["", *(f"{size['rows'] / 1e6:g} million rows, {kind}" for size in sizes for kind in KINDS)]
    rows = [
        (name, *(f"{size['kinds'][kind][name]:,.2f}" for size in sizes for kind in KINDS))
        for name in sizes[0]["kinds"]["one table"]
    ]
    replace_table(
        docs / "performance.md", "partitions", f"{table(head, rows)}\n\n{in_words(result['machine'])}."
    )
