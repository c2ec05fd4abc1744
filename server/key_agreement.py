"""That everybody who shares a database has the same keys, told by their ids."""

from contextlib import suppress

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.data_folder import KEY_FILES, Keys
from server.db import writing
from server.exceptions import KeysDiffer
from server.kept_keys import kept_keys
from server.models import InstallationNote
from server.services.vault import key_id
from server.settings import PREFIX, Settings

_NOTE = "keys"


def agree(settings: Settings, database: Engine, keys: Keys) -> None:
    """With PostgreSQL: whoever starts first notes the ids of the keys, and everybody else has the same.

    :raises KeysDiffer: when another process of the installation has other ones.
    """
    if database.dialect.name != "postgresql":
        return
    with suppress(IntegrityError):  # Another replica noted its keys this moment.
        _note_first(database, keys)
    wrong = differing(settings, database, keys)
    if wrong:
        raise KeysDiffer(
            f"Others who use this database have other keys: {'; '.join(wrong)}. Give every replica the"
            " same keys (docs/operate.md, What replicas share). If those are lost and the keys here are"
            " to be used from now on: python -m server keys accept"
        )


def differing(settings: Settings, database: Engine, keys: Keys) -> list[str]:
    """What is wrong with the keys, in words; nothing before any were noted."""
    with Session(database) as db:
        note = db.get(InstallationNote, _NOTE)
        noted = note.value if note is not None else {}
    ids = kept_keys(settings, keys).ids
    return [
        f"{name} ({PREFIX}{KEY_FILES[name].upper()}) is {ids[name][0]} here and {wanted} there"
        for name, wanted in noted.items()
        if wanted not in ids[name]
    ]


def accept(db: Session, keys: Keys) -> None:
    """Notes these keys in place of those that were noted."""
    with writing(db):
        db.merge(InstallationNote(key=_NOTE, value=_ids(keys)))


def accept_rotated(db: Session, data_key: bytes) -> None:
    """Notes the key that everything is sealed under now, where keys are noted."""
    with writing(db):
        note = db.get(InstallationNote, _NOTE)
        if note is not None:
            note.value = {**note.value, "data.key": key_id(data_key).hex()}


def _note_first(database: Engine, keys: Keys) -> None:
    with Session(database) as db, writing(db):
        if db.get(InstallationNote, _NOTE) is None:
            db.add(InstallationNote(key=_NOTE, value=_ids(keys)))


def _ids(keys: Keys) -> dict[str, str]:
    """Not of the session's key: another one only ends sign-ins."""
    found = {
        "data.key": keys.data,
        "model.key": keys.model,
        "audit.key": keys.audit,
        "certificate.key": keys.certificate,
    }
    return {name: key_id(key).hex() for name, key in found.items()}
