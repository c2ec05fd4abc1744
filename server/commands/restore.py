"""``python -m server restore``: puts a backup into an empty place, or in the place of what is there."""

import sys
from pathlib import Path

from server.commands.backup import passphrase
from server.commands.database import open_database
from server.data_folder import load_keys
from server.db import create_session_factory
from server.exceptions import DataFolderUnwritable
from server.kept_keys import lacking
from server.services import restoring
from server.services.audit import AuditLog
from server.services.restore_place import REPLACED, Place
from server.services.restoring import Restored
from server.settings import Settings


def restore(
    settings: Settings,
    path: Path,
    key_file: Path | None,
    *,
    into: Path | None,
    replace: bool,
    removals: Path | None,
) -> int:
    """Restores and says what is left to do.

    :param into: a data folder with SQLite in it, whatever the settings say.
    """
    if into is not None:
        settings = settings.model_copy(update={"data_dir": into, "database_url": None})
    _make_folder(settings.data_dir)
    place = Place(settings.data_dir, settings.database)
    done = restoring.restore(path, passphrase(settings, key_file), place, replace=replace, listed=removals)
    _tell(settings, done)
    missing = lacking(settings, done.head["keys"])
    for line in missing:
        print(f"Key: {line}", file=sys.stderr)
    if missing:
        print(
            "The server does not start without these keys; bring them from where they are kept.",
            file=sys.stderr,
        )
        return 0
    keys = load_keys(settings)
    engine = open_database(settings)
    with create_session_factory(engine)() as db:
        AuditLog(keys.audit).record(
            db, "backup_restored", subject=f"backup:{done.head['backup']}", again=done.again
        )
    engine.dispose()
    print("All keys are there. `python -m server doctor` looks at the rest.")
    return 0


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise DataFolderUnwritable(f"{folder} cannot be made ({error.strerror or error}).") from error


def check(settings: Settings, path: Path, key_file: Path | None) -> int:
    """Reads a backup to its end and says what it is; changes nothing."""
    head = restoring.check(path, passphrase(settings, key_file))
    keys = "with keys" if head["with_keys"] else "without keys"
    print(
        f"{path} is whole: made {head['made_at']}, schema {head['schema']}, version {head['program']},"
        f" from {head['database']}, {keys}."
    )
    return 0


def _tell(settings: Settings, done: Restored) -> None:
    print(f"Restored: {done.rows} rows and {done.files} files of {done.head['made_at']}.")
    if done.head["schema"] != done.schema:
        print(f"Brought forward from schema {done.head['schema']} to {done.schema}.")
    if done.replaced is not None:
        print(
            f"What was there is kept as {settings.data_dir / REPLACED}{done.replaced} (in PostgreSQL as a"
            " schema of that name). Delete it when you are content: erasures do not reach it."
        )
    if done.lists:
        print(f"Removed once more, as after the backup: the data of {done.again} people.")
    else:
        print(
            "There was no list of removals (removals.json beside the backup, or --removals FILE): whoever was"
            " erased after the backup is back. Erase them again.",
            file=sys.stderr,
        )
