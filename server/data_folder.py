"""The data folder and the secrets in it."""

import contextlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from server.data_key_files import DataKeyFiles
from server.exceptions import BadSetting, DataFolderUnwritable, KeyMissing, RestoreUnfinished
from server.services.vault import Vault, parse_key
from server.settings import Settings

EXPECTED_KEYS = "expected-keys.json"
"""Names the keys of restored data: a new one in the place of one of them would open nothing."""
KEY_FILES = {
    "session.key": "secret_key",
    "data.key": "data_key",
    "model.key": "model_key",
    "audit.key": "audit_key",
    "certificate.key": "certificate_key",
}
"""File of a key → the setting that takes its place."""
RESTORING = "restore-under-way"
"""Lies in a data folder while a restored backup takes the place of what was there."""


@dataclass(frozen=True)
class Keys:
    """The installation's secrets.

    :ivar session: signs cookies.
    :ivar data: 32 bytes; encrypts photos, templates and models.
    :ivar model: 32 bytes; signs the manifests of roster models.
    :ivar audit: 32 bytes; binds the entries of the audit log to each other.
    :ivar certificate: 32 bytes; signs certificates of erasure.
    """

    session: str
    data: bytes
    model: bytes
    audit: bytes
    certificate: bytes


def prepare(settings: Settings) -> Path:
    """Makes the data folder when it is missing, and makes sure that it can be written.

    :raises DataFolderUnwritable: with a sentence for the operator.
    :raises RestoreUnfinished: while a backup is put there.
    """
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
        _find_room_for_temporary_files(folder)
    except OSError as error:
        raise DataFolderUnwritable(
            f"The data folder {folder} cannot be written ({error.strerror or error}); give it to the user"
            " that runs the server, or choose another one with FACE_CHECKIN_DATA_DIR."
        ) from error
    if (folder / RESTORING).exists():
        raise RestoreUnfinished(
            f"A restore into {folder} was not finished; run `python -m server restore` once more."
        )
    return folder


def _find_room_for_temporary_files(folder: Path) -> None:
    """Where nothing but the data folder can be written, as in a container, large uploads pass through it."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        room = folder / "tmp"
        room.mkdir(exist_ok=True, mode=0o700)
        tempfile.tempdir = str(room)


def load_keys(settings: Settings) -> Keys:
    """The secrets: from the settings where given, else from the data folder, made on first use.

    :raises BadSetting: for a key of the wrong form.
    :raises DataFolderUnwritable: when a secret cannot be read or made.
    :raises KeyMissing: when it is one that restored data need.
    """
    folder = prepare(settings) / "secrets"
    _look_for_expected(settings, folder)
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        session, data, model, audit, certificate = (
            _given(getattr(settings, setting)) or _stored(folder / name)
            for name, setting in KEY_FILES.items()
        )
    except OSError as error:
        raise DataFolderUnwritable(
            f"The secrets in {folder} cannot be read or made ({error.strerror or error})."
        ) from error
    if len(session) < 16:
        raise BadSetting("FACE_CHECKIN_SECRET_KEY", "must have at least 16 characters")
    return Keys(
        session=session,
        data=_parsed("DATA_KEY", data),
        model=_parsed("MODEL_KEY", model),
        audit=_parsed("AUDIT_KEY", audit),
        certificate=_parsed("CERTIFICATE_KEY", certificate),
    )


def given_keys(settings: Settings) -> set[str]:
    """The files in whose place the settings give a key."""
    return {name for name, setting in KEY_FILES.items() if getattr(settings, setting) is not None}


def _look_for_expected(settings: Settings, folder: Path) -> None:
    """Whether the keys are there that data were restored for."""
    note = folder.parent / EXPECTED_KEYS
    if not note.exists():
        return
    for name in json.loads(note.read_text(encoding="ascii")).keys() - given_keys(settings):
        if not (folder / name).exists():
            raise KeyMissing(
                f"{folder / name} is missing, and the restored data need it: put it there from where the keys"
                f" are kept. To go on without what it opens, delete {note}."
            )


def open_vault(settings: Settings, keys: Keys) -> Vault:
    """The vault under the data key, which follows a rotation of the key files while it is open.

    :raises BadSetting: for an older key of the wrong form.
    """
    if settings.data_key is not None:
        return Vault(keys.data, _older_given(settings))
    files = DataKeyFiles(settings.data_dir / "secrets")
    present, *older = files.keys()
    return Vault(present, older, files.renewed)


def _older_given(settings: Settings) -> list[bytes]:
    text = _given(settings.data_keys_older) or ""
    return [_parsed("DATA_KEYS_OLDER", one) for one in text.replace(",", " ").split()]


def _parsed(setting: str, text: str) -> bytes:
    try:
        return parse_key(text)
    except ValueError as error:
        raise BadSetting(f"FACE_CHECKIN_{setting}", str(error)) from error


def _given(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _stored(path: Path) -> str:
    """The secret in a file; 32 random bytes in hex are put there first when it does not exist.

    Several processes may come here at once: a hard link appears complete or not at all, and the first wins.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
