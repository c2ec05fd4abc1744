"""Where data lies: the data folder, the keys, the disk, the backups."""

import os
import shutil
import stat
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server import key_agreement
from server.data_folder import KEY_FILES, RESTORING, given_keys, load_keys, open_vault
from server.doctor.finding import Finding, fault, ok, warning
from server.exceptions import StartupError
from server.models import AuditEntry, ErasureCertificate, utc_now
from server.services import backup_catalogue, certificates, sealed_stores
from server.services.certificates import Signer
from server.services.vault import VaultError
from server.settings import Settings

LEAST_FREE = 500 << 20
LITTLE_FREE = 2 << 30
CLOCK_APART_S = 2.0
BACKUP_AGE = timedelta(days=2)


def data_folder(settings: Settings) -> list[Finding]:
    """Can it be written, by this user and nobody else?"""
    folder = settings.data_dir
    if not folder.is_dir():
        return [warning("data folder", f"{folder} is not there.", "The first start makes it.")]
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            now = time.time()
            apart = abs(os.fstat(file.fileno()).st_mtime - now)
    except OSError as error:
        return [
            fault(
                "data folder",
                f"{folder} cannot be written ({error.strerror or error}).",
                "Give it to the user that runs the server.",
            )
        ]
    found = []
    if (folder / RESTORING).exists():
        found.append(
            fault("data folder", "A restore was not finished.", "python -m server restore once more")
        )
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        found.append(
            warning(
                "data folder", f"Others on this machine can look into it ({mode:04o}).", f"chmod 700 {folder}"
            )
        )
    if apart > CLOCK_APART_S:
        found.append(
            warning(
                "clock", f"The file system's clock is {apart:.0f} s from this machine's.", "Set both by NTP."
            )
        )
    return found or [ok("data folder", f"{folder} can be written, by this user only")]


def disk(settings: Settings) -> list[Finding]:
    """Is there room for what comes?"""
    found = []
    folders = {"data folder": settings.data_dir, "temporary files": Path(tempfile.gettempdir())}
    if settings.backup_dir is not None:
        folders["backups"] = settings.backup_dir
    for name, folder in folders.items():
        if not folder.is_dir():
            continue
        free = shutil.disk_usage(folder).free
        files = os.statvfs(folder)
        said = f"{free / (1 << 30):.1f} GB free for {name} ({folder})"
        do = "Make room: photos, models and backups grow. Nothing is acknowledged that cannot be stored."
        if free < LEAST_FREE or (files.f_files and files.f_favail < 1000):
            found.append(fault("disk", said, do))
        elif free < LITTLE_FREE:
            found.append(warning("disk", said, do))
        else:
            found.append(ok("disk", said))
    return found


def keys(settings: Settings, database: Engine | None) -> list[Finding]:
    """Are they there, readable by this user only, and those that the data were sealed under?"""
    folder = settings.data_dir / "secrets"
    given = given_keys(settings)
    missing = [name for name in KEY_FILES if name not in given and not (folder / name).is_file()]
    if missing and (database is None or not _something_sealed(database)):
        return [warning("keys", f"{', '.join(missing)} are not there yet.", "The first start makes them.")]
    if missing:
        return [
            fault(
                "keys",
                f"{', '.join(missing)} are missing in {folder}, and there is data.",
                "Put them back from where keys are kept before the next start, which would make new ones.",
            )
        ]
    open_to_others = [
        path.name
        for path in (folder, *folder.glob("*.key*"))
        if folder.is_dir() and path.stat().st_mode & 0o077
    ]
    found = []
    if open_to_others:
        found.append(
            fault(
                "keys",
                f"Others on this machine can read {', '.join(sorted(open_to_others))}.",
                f"chmod 700 {folder}; chmod 600 {folder}/*",
            )
        )
    if database is not None:
        found += _fitting(settings, database)
    return found or [ok("keys", "They are there, for this user only")]


def _something_sealed(database: Engine) -> bool:
    """Whether a key that is missing is missed."""
    with Session(database) as db:
        return any(
            db.scalar(select(column).limit(1)) is not None
            for column in (*sealed_stores.COLUMNS, AuditEntry.number, ErasureCertificate.id)
        )


def _fitting(settings: Settings, database: Engine) -> list[Finding]:
    """Whether the keys open what lies there, by one row of each kind and the newest certificate."""
    try:
        loaded = load_keys(settings)
        vault = open_vault(settings, loaded)
    except StartupError as error:
        return [fault("keys", str(error), "See docs/operate.md, Settings.")]
    opened, wrong = 0, []
    with Session(database) as db:
        for column, purpose in sealed_stores.COLUMNS.items():
            row = db.scalars(select(column.class_).limit(1)).first()
            if row is None:
                continue
            try:
                vault.open(getattr(row, column.key), purpose(row))
                opened += 1
            except VaultError as error:
                wrong.append(f"{column.class_.__tablename__}: {error}")
        newest = db.scalars(
            select(ErasureCertificate).order_by(ErasureCertificate.id.desc()).limit(1)
        ).first()
        signer = Signer(loaded.certificate)
        if newest is not None and not certificates.holds(
            certificates.as_file(newest, signer.public_key), signer.public_key
        ):
            wrong.append("certificate.key is not the one of the newest certificate")
    apart = key_agreement.differing(settings, database, loaded)
    if apart:
        return [
            fault(
                "keys",
                f"Others who use this database have other ones: {'; '.join(apart)}.",
                "Give every replica the same keys.",
            )
        ]
    if wrong:
        return [
            fault(
                "keys",
                f"They do not open what is there: {'; '.join(wrong)}.",
                "Put the right keys back; an older data key goes into data.key.older.",
            )
        ]
    return [ok("keys", f"They open samples of {opened} kinds of sealed data")] if opened else []


def backups(settings: Settings, database: Engine | None) -> list[Finding]:
    """Is there one that is young enough?"""
    do = "python -m server backup FILE, or FACE_CHECKIN_BACKUP_DIR for one every night"
    if database is None:
        return []
    with Session(database) as db:
        there = [one for one in backup_catalogue.list_all(db) if one.size is not None]
    if not there:
        return [warning("backups", "None was ever made.", do)]
    age = utc_now() - there[-1].made_at
    said = f"{len(there)} on the list; the newest was made {_hours(age)} ago"
    if age > BACKUP_AGE:
        return [warning("backups", said, do)]
    return [ok("backups", said)]


def _hours(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
