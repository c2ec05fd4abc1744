"""The keys that a backup needs to be of use, told by their ids, and given into it when asked for."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from server.data_folder import EXPECTED_KEYS, KEY_FILES, Keys
from server.data_key_files import OLDER, PRESENT, DataKeyFiles
from server.services.certificates import Signer
from server.services.vault import key_id, parse_key
from server.settings import PREFIX, Settings


@dataclass(frozen=True)
class KeptKeys:
    """An installation's keys.

    :ivar ids: file's name → ids of the keys in it; they say nothing about the keys.
    :ivar contents: file's name → what is in it.
    :ivar certificate_public_key: in hex.
    """

    ids: dict[str, list[str]]
    contents: dict[str, str]
    certificate_public_key: str


def kept_keys(settings: Settings, keys: Keys) -> KeptKeys:
    """The keys in use, from the settings or from files."""
    data, *older = _data_keys(settings, keys)
    contents = {
        "session.key": keys.session,
        "data.key": data.hex(),
        "model.key": keys.model.hex(),
        "audit.key": keys.audit.hex(),
        "certificate.key": keys.certificate.hex(),
    }
    if older:
        contents[OLDER] = "\n".join(key.hex() for key in older)
    ids = {
        "data.key": [_id(key) for key in (data, *older)],
        "model.key": [_id(keys.model)],
        "audit.key": [_id(keys.audit)],
        "certificate.key": [_id(keys.certificate)],
    }
    return KeptKeys(ids, contents, Signer(keys.certificate).public_key)


def lacking(settings: Settings, ids: dict[str, list[str]]) -> list[str]:
    """Which of the keys that a backup's data need are not there: a line for each, for the operator."""
    found = []
    for name, wanted in ids.items():
        place, here = _there(settings, name)
        if not set(wanted) <= set(here):
            less = "is not there" if not here else f"is another one ({', '.join(here)})"
            found.append(f"{place} {less}; needed: {', '.join(wanted)}")
    return found


def expect(folder: Path, ids: dict[str, list[str]]) -> None:
    """Notes in a data folder which keys are not to be made anew when they are missing."""
    (folder / EXPECTED_KEYS).write_text(json.dumps(ids, indent=1) + "\n", encoding="ascii")


def _data_keys(settings: Settings, keys: Keys) -> list[bytes]:
    if settings.data_key is None:
        return DataKeyFiles(settings.data_dir / "secrets").keys()
    given = settings.data_keys_older.get_secret_value() if settings.data_keys_older is not None else ""
    return [keys.data, *(parse_key(one) for one in given.replace(",", " ").split())]


def _there(settings: Settings, name: str) -> tuple[str, list[str]]:
    """Where a key is looked for, and the ids of what is there; with the data key come those before it."""
    folder = settings.data_dir / "secrets"
    given: SecretStr | None = getattr(settings, KEY_FILES[name])
    if given is None:
        older = _ids_in(folder / OLDER) if name == PRESENT else []
        return str(folder / name), _ids_in(folder / name) + older
    before = settings.data_keys_older if name == PRESENT else None
    texts = [one.get_secret_value() for one in (given, before) if one is not None]
    return PREFIX + KEY_FILES[name].upper(), _ids(" ".join(texts).replace(",", " "))


def _ids_in(path: Path) -> list[str]:
    try:
        return _ids(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        return []


def _ids(text: str) -> list[str]:
    try:
        return [_id(parse_key(line)) for line in text.split()]
    except ValueError:
        return []


def _id(key: bytes) -> str:
    return key_id(key).hex()
