"""The backup of every night, in a folder that holds the newest of them."""

import logging
from datetime import datetime
from pathlib import Path

from server.exceptions import DatabaseAway
from server.kept_keys import kept_keys
from server.runtime import Runtime
from server.services import backup_catalogue, backups, removals
from server.services.backup_refusal import BackupRefused, Refusal
from server.services.backups import Source
from server.services.certificates import Signer

log = logging.getLogger(__name__)


def make(runtime: Runtime, folder: Path, now: datetime) -> bool:
    """Makes it and deletes the oldest; whether it did. What fails is logged, and tried again next night."""
    settings = runtime.settings
    assert settings.backup_key is not None, "the settings see to it"
    path = folder / f"face-check-in-{now:%Y-%m-%d}.backup"
    source = Source(runtime.database, settings.data_dir, kept_keys(settings, runtime.keys))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = backups.make(source, path, settings.backup_key.get_secret_value(), nightly=True)
    except (BackupRefused, DatabaseAway, OSError) as error:
        if not isinstance(error, BackupRefused) or error.reason != Refusal.EXISTS:
            log.error("the nightly backup cannot be made: %s", error)
            return False
    else:
        log.info("backup: %d rows, %d files, %d bytes", made.rows, made.files, made.size)
    with runtime.sessions() as db:
        backup_catalogue.prune(db, settings.backup_keep, now - backups.BROKEN_OFF)
        removals.write_list(db, Signer(runtime.keys.certificate), backup_catalogue.folders(db) | {folder})
    return True
