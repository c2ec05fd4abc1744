"""The files of the data folder that belong into a backup, held still while it is made."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, Table, select

from server.services import backup_shelves
from server.services.roster_model_store import NAME as MODELS

SECRETS = "secrets"
HOLDING = ".holding-"
"""Begins the names of folders that hold files for a backup under way."""
NOT_KEPT = ("jobs.sqlite3", "migrate.lock", "expected-keys.json", "backups", "tmp", "tls", SECRETS)
"""The queue is filled anew at every start; keys are only added when they are asked for, TLS has its own."""


def files(folder: Path, database: Path | None) -> Iterator[Path]:
    """Every file to keep, relative to the data folder; drafts and what begins with a dot are left out.

    :param database: the SQLite database, whose rows are kept instead.
    """
    for root, folders, names in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not name.endswith(".part")
        )
        if here == folder:
            folders[:] = [
                name for name in folders if name not in NOT_KEPT and not name.startswith("replaced-")
            ]
        for name in sorted(names):
            path = here / name
            if name.startswith(".") or path.suffix in {".part", ".draft", ".lock"} or path.is_symlink():
                continue
            if here == folder and name.startswith(NOT_KEPT):
                continue
            if database is not None and str(path).startswith(str(database)):
                continue  # With -wal and -shm.
            yield path.relative_to(folder)


@contextmanager
def held(folder: Path, name: str, database: Path | None) -> Iterator[Path]:
    """A folder with links to the files as they are now: what is replaced or deleted later stays in it."""
    holding = folder / f"{HOLDING}{name}"
    holding.mkdir(mode=0o700)
    try:
        for path in files(folder, database):
            target = holding / path
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                os.link(folder / path, target)
            except FileNotFoundError:
                continue  # It went away this moment.
            except OSError:  # A file system without links.
                shutil.copyfile(folder / path, target)
        yield holding
    finally:
        shutil.rmtree(holding, ignore_errors=True)


def forget_broken_off(folder: Path, backups: Path, before: datetime) -> None:
    """Deletes what backups that were killed left: links in the data folder, and drafts beside the backups."""
    for path in (*folder.glob(f"{HOLDING}*"), *backups.glob(".*.????????.part")):
        if path.stat().st_mtime < before.timestamp():
            path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)


def missing(connection: Connection, tables: list[Table], holding: Path) -> list[str]:
    """Folders of roster models that the database names and neither it nor the folder holds.

    They were deleted from the folder a moment before.
    """
    for table in tables:
        if table.name == "roster_model_version":
            query = select(table.c.folder).where(
                table.c.removed_at.is_(None) if "removed_at" in table.c else table.c.is_active
            )
            named = connection.scalars(query).all()
            there = {str(PurePosixPath(path).parent) for path in backup_shelves.paths(connection)}
            return [
                folder
                for folder in named
                if f"{MODELS}/{folder}" not in there and not (holding / MODELS / folder).is_dir()
            ]
    return []
