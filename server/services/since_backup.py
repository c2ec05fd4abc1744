"""What happened after a backup was made, and is not undone by restoring it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.db import create_db_engine
from server.models import (
    AccountLink,
    AccountSession,
    Backup,
    Base,
    LtiState,
    PairingCode,
    PasskeyChallenge,
    SetupLink,
)
from server.services import backup_catalogue, removals
from server.services.backup_refusal import BackupRefused, Refusal
from server.services.removals import Again, Listed
from server.services.restore_place import Place

USED_ONCE: tuple[type[Base], ...] = (
    AccountLink,
    AccountSession,
    LtiState,
    PairingCode,
    PasskeyChallenge,
    SetupLink,
)
"""Sign-ins and links that may have ended or been used after the backup: none of them comes back."""


@dataclass
class Since:
    """What is carried over.

    :ivar backups: columns of :class:`Backup`.
    :ivar lists: how many lists of removals there were.
    """

    removals: list[Listed]
    backups: list[dict[str, Any]]
    lists: int


def _list_for(path: Path, listed: Path | None) -> str | None:
    beside = path.resolve().parent / removals.LIST_NAME
    found = listed if listed is not None else beside
    if listed is None and not beside.exists():
        return None
    try:
        return found.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupRefused(Refusal.BAD_ERASURES, str(found)) from error


def since(path: Path, head: dict[str, Any], place: Place, listed_in: Path | None) -> Since:
    """Removals and backups known to the list and to the database that is replaced.

    :param listed_in: the list; default: the one beside the backup, where there is one.
    :raises BackupRefused: ``bad_erasures``.
    """
    found = Since([], [_itself(path, head)], 0)
    text_of_list = _list_for(path, listed_in)
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
                found.backups += [
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


def carry_over(connection: Connection, later: Since, since: datetime) -> Again:
    """Brings in what happened after the backup: removals, and backups that were made; ends sign-ins.

    SQLite follows references again from here on, which it only begins to outside of a transaction.
    """
    if connection.dialect.name == "sqlite":
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
    with Session(connection) as db:
        for one in later.backups:
            present = db.scalar(select(Backup).where(Backup.archive_id == one["archive_id"]))
            if present is None:
                db.add(Backup(**one))
            elif present.size is None:
                present.size = one["size"]
        for table in USED_ONCE:
            db.execute(delete(table))
        again = removals.apply(db, later.removals, since)
        db.commit()  # Within a transaction of the connection's, this leaves it open.
    return again
