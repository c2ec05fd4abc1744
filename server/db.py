"""The database: engine, sessions, and transactions that write."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, g
from sqlalchemy import Connection, CursorResult, Delete, Engine, Update, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 10.0
POOL_TIMEOUT_S = 10.0
"""How long a request waits for a connection while all are in use."""
BACKGROUND = 4
"""Threads besides those of requests that may need a connection at the same time."""
POSTGRESQL_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
"""Seconds to connect in, and milliseconds after which a silent network counts as broken (libpq)."""


@dataclass(frozen=True)
class Pool:
    """A process's connections to the database.

    :ivar size: kept open.
    :ivar overflow: opened beyond these for a while; default: as many again, and some for threads besides
        requests.
    :ivar recycle_s: a connection is replaced when it is older; PostgreSQL only, as are the next two.
    :ivar statement_timeout_s: after so long the database gives a statement up; default: never.
    :ivar prepare: whether statements are prepared, which PgBouncer cannot keep apart in transaction mode.
    """

    size: int = 8
    overflow: int | None = None
    recycle_s: int = 1800
    statement_timeout_s: float | None = None
    prepare: bool = True


def create_db_engine(url: str, pool: Pool | None = None) -> Engine:
    """An engine for SQLite or PostgreSQL, with the pragmas and transactions the services rely on.

    :param url: SQLAlchemy URL.
    """
    pool = pool or Pool()
    overflow = pool.size + BACKGROUND if pool.overflow is None else pool.overflow
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=pool.size,
            max_overflow=overflow,
            pool_timeout=POOL_TIMEOUT_S,
            connect_args={"timeout": BUSY_TIMEOUT_S},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        pool_size=pool.size,
        max_overflow=overflow,
        pool_timeout=POOL_TIMEOUT_S,
        pool_recycle=pool.recycle_s,
        pool_pre_ping=True,
        connect_args=POSTGRESQL_PATIENCE | ({} if pool.prepare else {"prepare_threshold": None}),
    )
    if pool.statement_timeout_s:
        _limit_statements(engine, pool.statement_timeout_s)
    return engine


def _limit_statements(engine: Engine, seconds: float) -> None:
    """For each transaction anew: behind PgBouncer the next one may have another connection."""
    statement = f"SET LOCAL statement_timeout = {round(seconds * 1000)}"

    @event.listens_for(engine, "begin")
    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(statement)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not open transactions by itself: _begin_sqlite does, and a writer takes its lock first.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    if not connection.get_execution_options().get("hurried", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
        return
    (usual,) = connection.exec_driver_sql("PRAGMA busy_timeout").one()
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={usual}")


def create_session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions for requests, threads and jobs: each opens its own and closes it."""
    return sessionmaker(engine, autoflush=True)


@contextmanager
def writing(db: Session, *, patient: bool = True) -> Iterator[None]:
    """One transaction that writes: commits at the end, rolls back on any exception.

    SQLite allows one writer, and a transaction that began as a reader cannot become one once another has
    written. So whatever was read before is ended (its objects are read anew on next use), and the lock is
    taken at the start, waiting for up to :data:`BUSY_TIMEOUT_S`. Inside another ``writing`` it joins that.

    :param patient: whether to wait for the lock at all.
    """
    if db.info.get("writing"):
        yield
        return
    db.commit()
    db.connection(execution_options={"immediate": True, "hurried": not patient})
    db.info["writing"] = True
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise
    finally:
        db.info.pop("writing", None)


def note(db: Session, change: Callable[[], None]) -> None:
    """Writes what may be left out, such as when somebody was last seen: nobody has to wait for it."""
    try:
        with writing(db, patient=False):
            change()
    except OperationalError as error:
        log.warning("a note was left out: %s", error.orig)


def forget_journal(db: Session) -> None:
    """After an erasure: what was deleted must not live on in SQLite's write-ahead log.

    A reader elsewhere can hold the log for a moment; the next checkpoint takes it over then.
    """
    db.commit()
    if db.get_bind().dialect.name == "sqlite":
        with db.get_bind().engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            )


def rows_changed(db: Session, statement: Update | Delete) -> int:
    """Runs an UPDATE or DELETE; how many rows it met."""
    return cast(CursorResult[Any], db.execute(statement)).rowcount


def get_db() -> Session:
    """This request's database session; closed when the request ends."""
    if "db" not in g:
        g.db = current_app.extensions["face_checkin"].sessions()
    db: Session = g.db
    return db


def init_app(app: Flask) -> None:
    """Closes the request's session at teardown."""

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        db = g.pop("db", None)
        if db is not None:
            db.close()
