"""Which backups exist, as far as the program knows: who was erased may still be in them."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session

from server.db import writing
from server.models import Backup

log = logging.getLogger(__name__)


def kept_in(database: Engine) -> bool:
    """Whether the database's schema, which may be an older one, has the list."""
    return inspect(database).has_table(Backup.__tablename__)


def list_all(db: Session) -> list[Backup]:
    """From old to new."""
    return list(db.scalars(select(Backup).order_by(Backup.made_at, Backup.id)))


def newest(db: Session) -> datetime | None:
    """When the newest whole backup was made."""
    return db.scalar(select(func.max(Backup.made_at)).where(Backup.size.is_not(None)))


def folders(db: Session) -> set[Path]:
    """Where backups were written."""
    return {Path(one.path).parent for one in list_all(db)}


def forget(db: Session, number: int) -> bool:
    """Takes a backup off the list, because somebody has deleted it; whether it was on it."""
    with writing(db):
        found = db.get(Backup, number)
        if found is not None:
            db.delete(found)
    return found is not None


def prune(db: Session, keep: int, broken: datetime) -> int:
    """Deletes the oldest nightly backups and takes them off the list; how many.

    One whose file is gone was deleted by somebody; one whose folder is away stays on the list.

    :param broken: what was begun before this and is not there was broken off.
    """
    nightly = [one for one in list_all(db) if one.nightly and (one.size is not None or one.made_at < broken)]
    there = [one for one in nightly if Path(one.path).is_file()]
    gone = [one for one in nightly if one not in there and Path(one.path).parent.is_dir()]
    old = there[:-keep]
    for one in old:
        try:
            Path(one.path).unlink(missing_ok=True)
        except OSError:
            log.exception("an old backup cannot be deleted")
            continue
        gone.append(one)
    with writing(db):
        for number in [one.id for one in gone]:
            db.delete(db.get(Backup, number))
    return len(gone)


def still_holding(db: Session, since: datetime | None = None) -> list[dict[str, Any]]:
    """For a certificate: the backups made from a moment on; no erasure reaches into one."""
    return [
        {
            "made_at": one.made_at.isoformat(timespec="seconds"),
            "archive": one.archive_id,
            "file": Path(one.path).name,
            "nightly": one.nightly,
        }
        for one in list_all(db)
        if since is None or one.made_at >= since
    ]
