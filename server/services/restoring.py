"""Putting a backup back: everything is checked and made ready beside its place, and only then moved in."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, text
from sqlalchemy.exc import DBAPIError

from server import schema
from server.db import create_db_engine
from server.exceptions import DatabaseAway
from server.kept_keys import expect
from server.models import (
    utc_now,
)
from server.services import backup_shelves, restore_place, roster_model_store, since_backup, table_rows
from server.services.backup_archive import FILES, KEYS, TABLES, ArchiveReader, Member, reading_archive
from server.services.backup_files import SECRETS
from server.services.backup_refusal import BackupRefused, Refusal
from server.services.restore_place import Place

STAGING = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What was put back.

    :ivar head: what the backup says about itself.
    :ivar again: students and accounts whose data was removed after the backup, and now once more.
    :ivar lists: how many lists of removals there were to go by.
    :ivar replaced: names what was moved aside; none for an empty place.
    """

    head: dict[str, Any]
    rows: int
    files: int
    schema: str
    again: int
    lists: int
    replaced: str | None


def check(path: Path, passphrase: str) -> dict[str, Any]:
    """Reads a backup to its end; gives what it says about itself.

    :raises BackupRefused: when it is not whole, or made by a newer version.
    """
    with reading_archive(path, passphrase) as archive:
        for _ in archive.members():
            pass
        if not schema.is_known(archive.head["schema"]):
            raise BackupRefused(Refusal.NEWER_SCHEMA, archive.head["schema"])
        return archive.head


def restore(
    path: Path, passphrase: str, place: Place, *, replace: bool = False, listed: Path | None = None
) -> Restored:
    """Puts a backup into an empty place, or in the place of what is there.

    :param listed: a list of removals; default: the one beside the backup, where there is one.
    :raises BackupRefused: before anything that was there is touched.
    :raises DatabaseAway: when the database cannot be used.
    """
    try:
        return _restore(path, passphrase, place, replace=replace, listed=listed)
    except OSError as error:
        raise BackupRefused(Refusal.UNWRITABLE, f"{error.filename or ''} {error.strerror}".strip()) from error
    except DBAPIError as error:
        raise DatabaseAway(f"The database cannot be used: {str(error.orig).splitlines()[0]}") from error


def _restore(path: Path, passphrase: str, place: Place, *, replace: bool, listed: Path | None) -> Restored:
    head = check(path, passphrase)
    replace = replace or place.unfinished
    occupied = place.occupied(with_keys=head["with_keys"])
    if occupied and not replace:
        raise BackupRefused(Refusal.NOT_EMPTY, ", ".join(occupied[:5]))
    if place.sqlite is not None and place.sqlite.exists():
        restore_place.refuse_while_used(place.sqlite)
    later = since_backup.since(path, head, place, listed)
    stamp = restore_place.stamp(utc_now())
    staging = place.data_dir / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    (staging / "kept").mkdir(parents=True, mode=0o700)
    try:
        database = staging / "database.sqlite3" if place.sqlite is not None else None
        url = f"sqlite:///{database.resolve()}" if database is not None else place.database
        with _filling(url) as connection:
            if database is None:
                restore_place.make_room_for_tables(connection, stamp, replace=replace)
            with reading_archive(path, passphrase) as archive:
                rows, files = _fill(connection, archive, staging / "kept")
            again = since_backup.carry_over(connection, later, datetime.fromisoformat(head["made_at"]))
            for folder in again.models:
                shutil.rmtree(staging / "kept" / roster_model_store.NAME / folder, ignore_errors=True)
            expect(staging / "kept", head["keys"])
            if database is None:
                backup_shelves.take_in(connection, staging / "kept")
                _switch(place, staging, None, stamp, with_keys=head["with_keys"])
            connection.commit()
        if database is not None:
            _switch(place, staging, database, stamp, with_keys=head["with_keys"])
        place.end()
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Restored(
        head, rows, files, schema.head(), again.people, later.lists, stamp if occupied or replace else None
    )


def _switch(place: Place, staging: Path, database: Path | None, stamp: str, *, with_keys: bool) -> None:
    place.begin()
    place.make_room(stamp, with_keys=with_keys)
    place.move_in(staging / "kept", database)


@contextmanager
def _filling(url: str) -> Iterator[Connection]:
    """A connection in one transaction; what is not committed was never there."""
    engine = create_db_engine(url)
    try:
        with engine.connect() as connection, schema.tables_may_be_rebuilt(connection):
            yield connection
    finally:
        engine.dispose()


def _fill(connection: Connection, archive: ArchiveReader, folder: Path) -> tuple[int, int]:
    """Rows and files of the archive, in the schema they were in, brought forward to the present one."""
    head = archive.head
    schema.migrate(connection, head["schema"])
    tables = {table.name: table for table in table_rows.tables(connection)}
    for table in reversed(tables.values()):
        connection.execute(delete(table))
    rows = files = 0
    for member in archive.members():
        if member.kind == TABLES:
            rows += _fill_table(connection, tables, member, head["tables"])
        elif member.kind in (FILES, KEYS):
            _write(folder / (SECRETS if member.kind == KEYS else "") / member.path, member)
            files += member.kind == FILES
    table_rows.set_counters(connection, head["counters"])
    _check_references(connection)
    if head["schema"] != schema.head():
        schema.migrate(connection)
    return rows, files


def _fill_table(
    connection: Connection, tables: dict[str, Any], member: Member, columns: dict[str, list[str]]
) -> int:
    name = str(member.path)
    if name not in tables or set(columns[name]) != set(tables[name].columns.keys()):
        raise BackupRefused(Refusal.DOES_NOT_FIT, name)
    lines = member.content.read().splitlines()
    try:
        table_rows.load(connection, tables[name], columns[name], lines)
    except DBAPIError as error:
        raise BackupRefused(Refusal.DOES_NOT_FIT, f"{name}: {str(error.orig).splitlines()[0]}") from error
    return len(lines)


def _write(path: Path, member: Member) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        path.chmod(0o600)
        shutil.copyfileobj(member.content, file)


def _check_references(connection: Connection) -> None:
    """SQLite was filled without looking at foreign keys; PostgreSQL looked at each."""
    if connection.dialect.name == "sqlite":
        wrong = connection.execute(text("PRAGMA foreign_key_check")).first()
        if wrong is not None:
            raise BackupRefused(Refusal.DOES_NOT_FIT, str(wrong[0]))
