"""Of all processes that could do the jobs of an installation, one does them."""

import fcntl
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

ASK_EVERY_S = 1.0
LOOK_EVERY_S = 5.0
_POSTGRESQL_LOCK = 0x0FACEB


class Turn(Protocol):
    """A lock that ends with the process that has it."""

    def take(self) -> bool:
        """Tries to get it, without waiting; whether it is ours."""

    def kept(self) -> bool:
        """Whether it still is."""

    def leave(self) -> None:
        """Gives it up."""


class FileTurn:
    """For SQLite, whose processes share a data folder: a lock on a file in it."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "jobs.lock"
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Tries to get it, without waiting; whether it is ours."""
        file = self._path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def kept(self) -> bool:
        """Whether it still is."""
        return self._file is not None

    def leave(self) -> None:
        """Gives it up."""
        if self._file is not None:
            self._file.close()
            self._file = None


class PostgresqlTurn:
    """An advisory lock of a transaction that stays open, wherever the processes run.

    It holds no snapshot and no row. A pooler leaves its connection alone while it lasts. The database ends
    the session of a host that vanished after 25 seconds.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Tries to get it, without waiting; whether it is ours."""
        connection = self._database.connect()
        try:
            for name, seconds in (("idle", 10), ("interval", 5), ("count", 3)):
                connection.execute(text(f"SET LOCAL tcp_keepalives_{name} = {seconds}"))
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            ours = connection.scalar(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK}
            )
        except SQLAlchemyError:
            connection.close()
            raise
        if not ours:
            connection.close()
            return False
        self._connection = connection
        return True

    def kept(self) -> bool:
        """Whether it still is."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def leave(self) -> None:
        """Gives it up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def turn_of(database: Engine, data_dir: Path) -> Turn:
    """The lock that fits the database."""
    return PostgresqlTurn(database) if database.dialect.name == "postgresql" else FileTurn(data_dir)


class Waiting:
    """Waits for the turn, then watches it.

    :param lost: called once if the turn is lost while it was ours: the database has been away.
    """

    def __init__(
        self,
        turn: Turn,
        lost: Callable[[], None],
        ask_every_s: float = ASK_EVERY_S,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._turn = turn
        self._lost = lost
        self._ask_every_s = ask_every_s
        self._look_every_s = look_every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="jobs-turn", daemon=True)

    def wait(self) -> None:
        """Returns once it is this process's turn."""
        waited = False
        while not self._taken():
            if not waited:
                log.info("another process does the jobs; this one waits for its turn")
                waited = True
            self._stopped.wait(self._ask_every_s)
        if waited:
            log.info("this process does the jobs now")
        self._thread.start()

    def stop(self) -> None:
        """Ends it, and gives the turn up."""
        self._stopped.set()
        self._thread.join()
        self._turn.leave()

    def _taken(self) -> bool:
        try:
            return self._turn.take()
        except (SQLAlchemyError, OSError):
            log.exception("whose turn it is cannot be told; trying again")
            return False

    def _watch(self) -> None:
        while not self._stopped.wait(self._look_every_s):
            if not self._turn.kept():
                log.error("the turn of doing the jobs is lost; this process ends")
                self._lost()
                return
