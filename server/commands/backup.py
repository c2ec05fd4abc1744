"""``python -m server backup``: makes a backup, and keeps the list of those that exist."""

import getpass
import sys
from pathlib import Path

from server.commands.database import connect, open_database
from server.data_folder import load_keys
from server.db import create_session_factory
from server.kept_keys import kept_keys
from server.services import backup_catalogue, backups, removals
from server.services.backup_refusal import BackupRefused, Refusal
from server.services.backups import Source
from server.services.certificates import Signer
from server.settings import Settings


def backup(settings: Settings, path: Path, key_file: Path | None, *, with_keys: bool) -> int:
    """Writes a backup while the server runs, and beside it the list of what must not come back."""
    secret = passphrase(settings, key_file, twice=True)
    keys = load_keys(settings)
    engine = connect(settings)
    try:
        made = backups.make(
            Source(engine, settings.data_dir, kept_keys(settings, keys)), path, secret, with_keys=with_keys
        )
        if backup_catalogue.kept_in(engine):
            with create_session_factory(engine)() as db:
                removals.write_list(db, Signer(keys.certificate), {path.resolve().parent})
    finally:
        engine.dispose()
    print(f"{made.path}: {made.rows} rows, {made.files} files, {made.size} bytes, schema {made.schema}.")
    if not with_keys:
        print(f"The keys are not in it; keep {settings.data_dir / 'secrets'} in another place.")
    return 0


def list_backups(settings: Settings) -> int:
    """Prints the backups that may still hold who was erased since."""
    engine = open_database(settings)
    with create_session_factory(engine)() as db:
        for one in backup_catalogue.list_all(db):
            state = "" if Path(one.path).exists() else "  (not there any more, or moved)"
            print(f"{one.id}  {one.made_at:%Y-%m-%d %H:%M} UTC  {one.size or 0} bytes  {one.path}{state}")
    engine.dispose()
    return 0


def forget(settings: Settings, number: int) -> int:
    """Takes a backup off the list, after somebody deleted it; 1 when there is none of this number."""
    engine = open_database(settings)
    with create_session_factory(engine)() as db:
        found = backup_catalogue.forget(db, number)
    engine.dispose()
    if not found:
        print(f"There is no backup {number} on the list.", file=sys.stderr)
        return 1
    print("It is off the list.")
    return 0


def passphrase(settings: Settings, key_file: Path | None, *, twice: bool = False) -> str:
    """From the file, else from the setting, else from whoever sits there.

    :raises BackupRefused: ``no_key``.
    """
    if key_file is not None:
        try:
            return key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BackupRefused(Refusal.NO_KEY, f"{key_file} cannot be read") from error
    if settings.backup_key is not None:
        return settings.backup_key.get_secret_value()
    if not sys.stdin.isatty():
        raise BackupRefused(Refusal.NO_KEY)
    typed = getpass.getpass("Passphrase of the backup: ")
    if twice and getpass.getpass("Once more: ") != typed:
        raise BackupRefused(Refusal.NO_KEY, "the two are not the same")
    return typed
