"""Making a backup while the server runs: one snapshot of the database, and the files as they were then."""

import os
import platform
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import schema
from server.db import writing
from server.exceptions import DatabaseAway
from server.kept_keys import KeptKeys
from server.models import Backup, utc_now
from server.services import backup_archive, backup_catalogue, backup_files, backup_shelves, table_rows
from server.services.backup_archive import ArchiveWriter
from server.services.backup_refusal import BackupRefused, Refusal
from server.services.sealed_shelves import SUFFIX

VERSION = "0.1.0"
SHORTEST_KEY = 12
TRIES = 5
BROKEN_OFF = timedelta(days=1)
"""What a backup holds for so long belongs to one that was killed."""


@dataclass(frozen=True)
class Source:
    """What is backed up.

    :ivar keys: their ids go into every backup, they themselves only when asked for.
    """

    database: Engine
    data_dir: Path
    keys: KeptKeys


@dataclass(frozen=True)
class Made:
    """What went into a backup."""

    path: Path
    size: int
    rows: int
    files: int
    schema: str


def make(
    source: Source, path: Path, passphrase: str, *, with_keys: bool = False, nightly: bool = False
) -> Made:
    """Writes a backup; complete or, on an error, not there.

    :raises BackupRefused: ``empty``, ``exists``, ``no_key``, ``unwritable``.
    :raises DatabaseAway: when the database cannot be used.
    """
    try:
        return _make(source, path, passphrase, with_keys=with_keys, nightly=nightly)
    except DBAPIError as error:
        raise DatabaseAway(f"The database cannot be used: {str(error.orig).splitlines()[0]}") from error


def _make(source: Source, path: Path, passphrase: str, *, with_keys: bool, nightly: bool) -> Made:
    if len(passphrase) < SHORTEST_KEY:
        raise BackupRefused(Refusal.NO_KEY)
    if path.exists():
        raise BackupRefused(Refusal.EXISTS)
    schema.refuse_newer(source.database)
    listed = Backup(
        archive_id=str(uuid.uuid4()),
        path=str(path.resolve()),
        made_at=utc_now(),
        with_keys=with_keys,
        nightly=nightly,
    )
    backup_files.forget_broken_off(source.data_dir, path.parent, listed.made_at - BROKEN_OFF)
    draft = path.with_name(f".{path.name}.{listed.archive_id[:8]}.part")
    with _listed(source.database, listed):
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                head = _head(source, listed)
                rows, files, revision = _write(source, file, passphrase, head)
                file.flush()
                os.fsync(file.fileno())
            listed.size = draft.stat().st_size
            draft.rename(path)
        except OSError as error:
            raise BackupRefused(Refusal.UNWRITABLE, error.strerror or str(error)) from error
        finally:
            draft.unlink(missing_ok=True)
    return Made(path, listed.size, rows, files, revision)


@contextmanager
def _listed(database: Engine, backup: Backup) -> Iterator[None]:
    """On the list of backups before anything is written, so that no erasure in between misses it.

    A database with an older schema has no list: it is to be upgraded after this.
    """
    if not backup_catalogue.kept_in(database):
        yield
        return
    with Session(database, expire_on_commit=False) as db:
        with writing(db):
            db.add(backup)
        try:
            yield
        except BaseException:
            with writing(db):
                db.delete(backup)
            raise
        with writing(db):
            db.add(backup)


def _head(source: Source, backup: Backup) -> dict[str, Any]:
    return {
        "backup": backup.archive_id,
        "made_at": backup.made_at.isoformat(),
        "program": VERSION,
        "python": platform.python_version(),
        "database": source.database.dialect.name,
        "keys": source.keys.ids,
        "with_keys": backup.with_keys,
        "certificate_public_key": source.keys.certificate_public_key,
    }


def _write(source: Source, file: BinaryIO, passphrase: str, head: dict[str, Any]) -> tuple[int, int, str]:
    """Rows, files and the schema's revision that were written."""
    with _snapshot(source, head["backup"]) as (connection, tables, holding):
        revision = schema.present(connection)
        if revision is None:
            raise BackupRefused(Refusal.EMPTY)
        head |= {
            "schema": revision,
            "tables": {table.name: [column.name for column in table.columns] for table in tables},
            "counters": table_rows.counters(connection),
        }
        with backup_archive.writing_archive(file, passphrase, head) as archive:
            files = _write_files(archive, connection, holding)
            if head["with_keys"]:
                for name, content in source.keys.contents.items():
                    archive.add(f"{backup_archive.KEYS}/{name}", content.encode())
            for table in tables:
                archive.add_rows(table.name, table_rows.lines(connection, table))
            rows = archive.finish()
    return sum(rows.values()), files, revision


def _write_files(archive: ArchiveWriter, connection: Connection, holding: Path) -> int:
    """How many; of one in the database and in the folder the database's is newer."""
    shelved = {path + SUFFIX: path for path in backup_shelves.paths(connection)}
    for name, path in shelved.items():
        archive.add(f"{backup_archive.FILES}/{name}", backup_shelves.content(connection, path))
    found = sorted(path for path in holding.rglob("*") if path.is_file())
    lying = {str(path.relative_to(holding)): path for path in found}
    for name in sorted(lying.keys() - shelved.keys()):
        archive.add_file(f"{backup_archive.FILES}/{name}", lying[name])
    return len(lying.keys() | shelved.keys())


@contextmanager
def _snapshot(source: Source, name: str) -> Iterator[tuple[Connection, list[Table], Path]]:
    """The database as it is at one moment, and every file that belongs to it.

    Files of a version are written before its row and deleted after it, so what the rows name is there: in the
    database at the same moment, in the folder unless it was deleted this moment; then a newer one is taken.
    """
    url = source.database.url
    database = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    for attempt in range(TRIES):
        with source.database.connect() as plain:
            connection = plain
            if source.database.dialect.name == "postgresql":
                connection = plain.execution_options(isolation_level="REPEATABLE READ")
            tables = table_rows.tables(connection)
            with backup_files.held(source.data_dir, f"{name}-{attempt}", database) as holding:
                if backup_files.missing(connection, tables, holding) and attempt < TRIES - 1:
                    continue
                yield connection, tables, holding
                return
