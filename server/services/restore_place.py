"""Where a backup goes: is it empty, does anybody use it, and how what was there makes room."""

import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, make_url, text

from server.data_folder import RESTORING
from server.services.backup_files import SECRETS
from server.services.backup_refusal import BackupRefused, Refusal

REPLACED = "replaced-"
DERIVED = ("face_gallery",)
"""Schemas in PostgreSQL that are made anew from the tables, and would hang on those that are moved aside."""
_STAYS = {"migrate.lock", "backups", "tmp", "tls", RESTORING}
"""In the data folder, whatever is restored."""


@dataclass(frozen=True)
class Place:
    """A data folder and a database.

    :ivar database: SQLAlchemy URL.
    """

    data_dir: Path
    database: str

    @property
    def sqlite(self) -> Path | None:
        """The database's file; none for PostgreSQL."""
        url = make_url(self.database)
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    @property
    def unfinished(self) -> bool:
        """Whether a restore was broken off here."""
        return (self.data_dir / RESTORING).exists()

    def begin(self) -> None:
        """From now on no server starts here, until :meth:`end`."""
        (self.data_dir / RESTORING).touch()

    def end(self) -> None:
        """Servers may start."""
        (self.data_dir / RESTORING).unlink()

    def occupied(self, *, with_keys: bool) -> list[str]:
        """What lies in the way, apart from tables; keys do not, unless the backup brings its own."""
        found = [path.name for path in self._in_the_way(with_keys=with_keys)]
        if self.sqlite is not None and self.sqlite.exists() and _has_tables(self.sqlite):
            found.append(self.sqlite.name)
        return sorted(set(found))

    def make_room(self, stamp: str, *, with_keys: bool) -> None:
        """Moves what lies in the way into a folder beside it, the database's file first."""
        aside = self.data_dir / f"{REPLACED}{stamp}"
        if self.sqlite is not None and self.sqlite.exists():
            aside.mkdir(exist_ok=True, mode=0o700)
            for suffix in ("", "-wal", "-shm"):
                file = self.sqlite.with_name(self.sqlite.name + suffix)
                if file.exists():
                    outside = file.parent.resolve() != self.data_dir.resolve()
                    file.rename(
                        file.with_name(f"{REPLACED}{stamp}-{file.name}") if outside else aside / file.name
                    )
        for path in self._in_the_way(with_keys=with_keys):
            aside.mkdir(exist_ok=True, mode=0o700)
            path.rename(aside / path.name)

    def move_in(self, staged: Path, database: Path | None) -> None:
        """Puts what was restored into its place, the database's file last."""
        for path in sorted(staged.iterdir()):
            path.rename(self.data_dir / path.name)
        if database is not None and self.sqlite is not None:
            database.rename(self.sqlite)
        descriptor = os.open(self.data_dir, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def _in_the_way(self, *, with_keys: bool) -> list[Path]:
        if not self.data_dir.is_dir():
            return []
        database = self.sqlite.name if self.sqlite is not None else None
        stays = _STAYS if with_keys else {*_STAYS, SECRETS}
        return [
            path
            for path in sorted(self.data_dir.iterdir())
            if path.name not in stays
            and not path.name.startswith((".", REPLACED))
            and not (database is not None and path.name.startswith(database))
        ]


def refuse_while_used(file: Path) -> None:
    """Takes an SQLite database for itself for a moment, and folds its write-ahead log into it.

    :raises BackupRefused: ``in_use``, while any process has it open.
    """
    connection = sqlite3.connect(file, timeout=0.2)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise BackupRefused(Refusal.IN_USE, str(error)) from None
    except sqlite3.DatabaseError:
        return  # Too damaged to be in use.
    finally:
        connection.close()


def make_room_for_tables(connection: Connection, stamp: str, *, replace: bool) -> None:
    """PostgreSQL: moves the tables that are there into a schema of their own, in the transaction under way.

    :raises BackupRefused: ``not_empty``, ``in_use``.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return
    if not replace:
        raise BackupRefused(Refusal.NOT_EMPTY, f"{len(names)} tables")
    others = connection.scalar(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = current_user AND pid <> pg_backend_pid()"
        )
    )
    if others:
        raise BackupRefused(Refusal.IN_USE, f"{others} connections")
    for name in DERIVED:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
    quote = connection.dialect.identifier_preparer.quote
    aside = quote(REPLACED.replace("-", "_") + stamp.replace("-", "_").lower())
    connection.execute(text(f"CREATE SCHEMA {aside}"))
    for name in names:
        connection.execute(text(f"ALTER TABLE {quote(name)} SET SCHEMA {aside}"))


def stamp(now: datetime) -> str:
    """Names what was replaced."""
    return now.strftime("%Y%m%d-%H%M%S")


def _has_tables(file: Path) -> bool:
    connection = sqlite3.connect(file)
    try:
        return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.DatabaseError:
        return True
    finally:
        connection.close()
