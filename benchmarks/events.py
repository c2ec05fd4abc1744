"""How many events a second PostgreSQL takes: one transaction after the other, whoever writes.

Events get their ids in the order of commits, so each holds a lock from its row to its commit
(`server.services.outbox`). Measured with more and more connections; beside it the same where a commit does
not wait for the disk, as with one that confirms at once, and the same rows without the lock, which the
database commits together.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.machine import in_words, machine
from benchmarks.postgresql import own_postgresql
from benchmarks.tables import replace_table, table
from server import schema
from server.db import Pool, create_db_engine, create_session_factory, writing
from server.models import ClassSession, OutboxEvent, Role
from server.services import accounts, class_sessions, courses, outbox

CONNECTIONS = (1, 4, 16, 64)
SECONDS = 5.0
PAYLOAD = {"student": {"id": 1, "number": "20260001", "name": "Haneul Kim"}, "status": "present"}
Write = Callable[[Session, ClassSession], None]


def run(connections: tuple[int, ...] = CONNECTIONS, seconds: float = SECONDS) -> dict[str, Any]:
    """Events a second, by the number of connections that write; ready for JSON."""
    facts = machine()
    with own_postgresql() as url, tempfile.TemporaryDirectory() as folder:
        engine = create_db_engine(url, Pool(size=max(connections)))
        schema.upgrade(engine, Path(folder))
        sessions = create_session_factory(engine)
        with sessions() as db:
            with writing(db):
                account = accounts.add(db, "haneul@school.example", "Haneul", "", Role.INSTRUCTOR)
            course = courses.create(db, account, "MATH1", "Mathematics", "Asia/Seoul", 10)
            session_id = class_sessions.start(db, course).id

        def rates(write: Write) -> list[float]:
            return [_rate(sessions, session_id, one, write, seconds) for one in connections]

        figures = {"in_order": rates(_in_order), "without_lock": rates(_without_lock)}
        with engine.begin() as connection:
            name = connection.scalar(text("SELECT current_database()"))
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        engine.dispose()
        figures["quick_disk"] = rates(_in_order)
        engine.dispose()
    return {"machine": facts, "seconds": seconds, "connections": connections, "a_second": figures}


def _rate(
    sessions: sessionmaker[Session], session_id: int, writers: int, write: Write, seconds: float
) -> float:
    """Events a second that so many threads commit, each with a connection."""
    ready, end = threading.Barrier(writers + 1), threading.Event()
    counts = [0] * writers

    def work(place: int) -> None:
        with sessions() as db:
            ready.wait()
            while not end.is_set():
                with writing(db):
                    write(db, db.get_one(ClassSession, session_id))
                counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(writers)]
    for thread in threads:
        thread.start()
    ready.wait()
    time.sleep(seconds)
    end.set()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _in_order(db: Session, session: ClassSession) -> None:
    outbox.add(db, session, "attendance", PAYLOAD)


def _without_lock(db: Session, session: ClassSession) -> None:
    db.add(
        OutboxEvent(course_id=session.course_id, session_id=session.id, type="attendance", payload=PAYLOAD)
    )
    db.flush()


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The table in docs/sizing.md."""
    figures = result["a_second"]
    rows = [
        (number, *(f"{figures[name][place]:,.0f}" for name in ("in_order", "quick_disk", "without_lock")))
        for place, number in enumerate(result["connections"])
    ]
    head = ("connections that write", "events a second", "without waiting for the disk", "without an order")
    note = (
        f"{result['seconds']:g} seconds each; the writers and PostgreSQL share the machine, without a "
        f"network between. {in_words(result['machine'])}."
    )
    replace_table(docs / "sizing.md", "events", f"{table(head, rows)}\n\n{note}")
