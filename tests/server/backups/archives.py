"""Looking into backups and into what was restored from them."""

import json

import pytest

from server.db import create_db_engine
from server.services import restoring, since_backup
from server.services.backup_archive import reading_archive
from server.services.backup_refusal import BackupRefused
from tests.server.generated_rows import everything

PASSPHRASE = "correct horse battery"
KEPT = {"roster-models/1/abc/model.joblib.sealed": b"model", "uploads/x/0.sealed": bytes(3 << 20)}
"""Files of the data folder."""


def rows(url):
    engine = create_db_engine(url)
    with engine.connect() as connection:
        found = everything(connection)
    engine.dispose()
    return found


def comparable(found):
    """What is to be the same after a restore: all but the list of backups, sign-ins and one-time links."""
    ended = {table.__tablename__ for table in since_backup.USED_ONCE}
    return {name: lines for name, lines in found.items() if name not in {"backup", *ended}}


def refusal(path, place, passphrase=PASSPHRASE, **options):
    with pytest.raises(BackupRefused) as refused:
        restoring.restore(path, passphrase, place, **options)
    return refused.value.reason


def files_below(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names_in(path):
    found = {}
    with reading_archive(path, PASSPHRASE) as archive:
        for member in archive.members():
            if str(member.path) in ("student", "course"):
                columns = archive.head["tables"][str(member.path)]
                found[str(member.path)] = dict(
                    zip(columns, json.loads(member.content.readline()), strict=True)
                )
    return found["student"]["name"], found["course"]["name"]
