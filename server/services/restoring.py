"""Putting a backup back: everything is checked and made ready beside its place, and only then moved in."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import schema
from server.db import create_db_engine
from server.models import Backup, utc_now
from server.services import backup_catalogue, removals, restore_place, table_rows
from server.services.backup_archive import FILES, KEYS, TABLES, ArchiveReader, Member, reading_archive
from server.services.backup_files import SECRETS
from server.services.backup_refusal import BackupRefused, Refusal
from server.services.removals import Again, Listed
from server.services.restore_place import Place

STAGING = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What was put back.

    :ivar head: what the backup says about itself.
    :ivar again: students whose data was removed after the backup, and now once more.
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


@dataclass
class _Before:
    """What is carried over from the database that is replaced."""

    removals: list[Listed]
    backups: list[dict[str, Any]]
    lists: int


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
    """
    head = check(path, passphrase)
    replace = replace or place.unfinished
    occupied = place.occupied(with_keys=head["with_keys"])
    if occupied and not replace:
        raise BackupRefused(Refusal.NOT_EMPTY, ", ".join(occupied[:5]))
    if place.sqlite is not None and place.sqlite.exists():
        restore_place.refuse_while_used(place.sqlite)
    before = _before(place, head, _list_for(path, listed))
    before.backups.append(_itself(path, head))
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
            again = _carry_over(connection, before, datetime.fromisoformat(head["made_at"]))
            for folder in again.models:
                shutil.rmtree(staging / "kept" / "roster-models" / folder, ignore_errors=True)
            if database is None:
                _switch(place, staging, None, stamp, with_keys=head["with_keys"])
            connection.commit()
        if database is not None:
            _switch(place, staging, database, stamp, with_keys=head["with_keys"])
        place.end()
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Restored(
        head, rows, files, schema.head(), again.students, before.lists, stamp if occupied or replace else None
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


def _list_for(path: Path, listed: Path | None) -> str | None:
    beside = path.resolve().parent / removals.LIST_NAME
    found = listed if listed is not None else beside
    if listed is None and not beside.exists():
        return None
    try:
        return found.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupRefused(Refusal.BAD_ERASURES, str(found)) from error


def _before(place: Place, head: dict[str, Any], text_of_list: str | None) -> _Before:
    """Removals and backups known to the list and to the database that is replaced."""
    found = _Before([], [], 0)
    if text_of_list is not None:
        listed = removals.read_list(text_of_list, head["certificate_public_key"])
        if listed is None:
            raise BackupRefused(Refusal.BAD_ERASURES)
        found.removals += listed
        found.lists += 1
    if place.sqlite is not None and not place.sqlite.exists():
        return found
    engine = create_db_engine(place.database)
    try:
        if backup_catalogue.kept_in(engine):
            with Session(engine) as db:
                found.removals += removals.listed(db)
                found.backups = [
                    {
                        column.name: getattr(one, column.name)
                        for column in Backup.__table__.columns
                        if column.name != "id"
                    }
                    for one in backup_catalogue.list_all(db)
                ]
            found.lists += 1
    except DBAPIError:
        pass  # What is replaced may be damaged: that is why it is replaced.
    finally:
        engine.dispose()
    return found


def _itself(path: Path, head: dict[str, Any]) -> dict[str, Any]:
    return {
        "archive_id": head["backup"],
        "path": str(path.resolve()),
        "made_at": datetime.fromisoformat(head["made_at"]),
        "with_keys": head["with_keys"],
        "nightly": False,
        "size": path.stat().st_size,
    }


def _carry_over(connection: Connection, before: _Before, since: datetime) -> Again:
    """Brings in what happened after the backup: removals, and backups that were made.

    SQLite follows references again from here on, which it only begins to outside of a transaction.
    """
    if connection.dialect.name == "sqlite":
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
    with Session(connection) as db:
        for one in before.backups:
            present = db.scalar(select(Backup).where(Backup.archive_id == one["archive_id"]))
            if present is None:
                db.add(Backup(**one))
            elif present.size is None:
                present.size = one["size"]
        again = removals.apply(db, before.removals, since)
        db.commit()  # Within a transaction of the connection's, this leaves it open.
    return again
