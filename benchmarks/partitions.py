"""Whether it pays to partition the attendance by term in PostgreSQL: the same rows in one table and in 12.

Asked is what pages ask (one session's entries, one student's of all terms), what arrivals write, and what it
takes to be rid of an old term: deleting its rows, or dropping its partition. Needs an empty database.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, create_engine, text

from benchmarks.machine import in_words, machine
from benchmarks.tables import replace_table, table
from benchmarks.university import POSTGRESQL

SIZES = (2_000_000, 10_000_000)
TERMS = 12
STUDENTS_A_SESSION = 200
ASKED = 200
COLUMNS = (
    "id bigint NOT NULL, session_id integer NOT NULL, student_id integer NOT NULL,"
    " status varchar(16) NOT NULL, method varchar(16), recorded_at timestamptz NOT NULL,"
    " term integer NOT NULL"
)


class DatabaseMissing(OSError):
    """No PostgreSQL was named."""


def run(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Milliseconds of everything for both, at each size; ready for JSON.

    :raises DatabaseMissing: where the environment names no database.
    """
    if POSTGRESQL not in os.environ:
        raise DatabaseMissing(2, f"is not set: it names an empty database ({__name__})", POSTGRESQL)
    facts = machine()
    engine = create_engine(os.environ[POSTGRESQL], isolation_level="AUTOCOMMIT")
    results = []
    with engine.connect() as connection:
        for rows in sizes:
            results.append(
                {
                    "rows": rows,
                    "one table": _measure(connection, rows, _make_one_table),
                    "by term": _measure(connection, rows, _make_partitions),
                }
            )
    engine.dispose()
    return {"machine": facts, "terms": TERMS, "sizes": results}


def _make_one_table(connection: Connection) -> None:
    connection.execute(
        text(f"CREATE TABLE entries ({COLUMNS}, PRIMARY KEY (id), UNIQUE (session_id, student_id))")
    )


def _make_partitions(connection: Connection) -> None:
    """A partitioned table's keys must hold what it is partitioned by."""
    keys = "PRIMARY KEY (id, term), UNIQUE (session_id, student_id, term)"
    connection.execute(text(f"CREATE TABLE entries ({COLUMNS}, {keys}) PARTITION BY LIST (term)"))
    for term in range(TERMS):
        connection.execute(text(f"CREATE TABLE entries_{term} PARTITION OF entries FOR VALUES IN ({term})"))


def _measure(connection: Connection, rows: int, make: Callable[[Connection], None]) -> dict[str, float]:
    connection.execute(text("DROP TABLE IF EXISTS entries"))
    make(connection)
    connection.execute(text("CREATE INDEX entries_student ON entries (student_id)"))
    sessions, students = rows // STUDENTS_A_SESSION, rows // 100
    connection.execute(
        text(
            "INSERT INTO entries SELECT n, n / :each, (CAST(n AS bigint) * 7919) % :students,"
            " 'present', 'face', now(), (n / :each) * :terms / :sessions FROM generate_series(0, :last) n"
        ),
        {
            "each": STUDENTS_A_SESSION,
            "students": students,
            "terms": TERMS,
            "sessions": sessions,
            "last": sessions * STUDENTS_A_SESSION - 1,
        },
    )
    connection.execute(text("VACUUM ANALYZE entries"))
    random = np.random.default_rng(0)
    asked_sessions = random.integers(sessions, size=ASKED).tolist()
    asked_students = random.integers(students, size=ASKED).tolist()
    figures = {
        "a session's entries": _median(
            connection, "SELECT student_id, status FROM entries WHERE session_id = :key", asked_sessions
        ),
        "a student's, of all terms": _median(
            connection, "SELECT session_id, status FROM entries WHERE student_id = :key", asked_students
        ),
        "one arrival": _median(
            connection,
            "INSERT INTO entries VALUES (-1 - :key, -1 - :key, 1, 'present', 'face', now(), :last)",
            list(range(ASKED)),
        ),
    }
    dropped = "DROP TABLE entries_0" if make is _make_partitions else "DELETE FROM entries WHERE term = 0"
    start = time.perf_counter()
    connection.execute(text(dropped))
    return figures | {"an old term away": 1000 * (time.perf_counter() - start)}


def _median(connection: Connection, statement: str, keys: list[int]) -> float:
    """Milliseconds."""
    times = []
    for key in keys:
        start = time.perf_counter()
        result = connection.execute(
            text(statement), {"key": key} | ({"last": TERMS - 1} if ":last" in statement else {})
        )
        if result.returns_rows:
            result.all()
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times))


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The table in docs/performance.md."""
    head = ["Milliseconds"]
    for size in result["sizes"]:
        head += [
            f"{size['rows'] / 1e6:g} million rows, {kind}"
            for kind in ("one table", f"{result['terms']} terms")
        ]
    rows = []
    for name in result["sizes"][0]["one table"]:
        cells = [name]
        for size in result["sizes"]:
            cells += [f"{size[kind][name]:,.2f}" for kind in ("one table", "by term")]
        rows.append(cells)
    replace_table(
        docs / "performance.md", "partitions", f"{table(head, rows)}\n\n{in_words(result['machine'])}."
    )
