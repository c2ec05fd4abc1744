"""``python -m server keys``: rotating the key that photos, templates and models are sealed under."""

import sys

from server import key_agreement
from server.commands.database import open_database
from server.data_folder import load_keys, open_vault
from server.data_key_files import DataKeyFiles
from server.db import create_session_factory
from server.services import sealed_stores
from server.services.audit import AuditLog
from server.services.vault import VaultError
from server.settings import Settings

UNREADABLE = 65


def rotate(settings: Settings) -> int:
    """Makes a new key and seals everything anew; started again after it was ended, it goes on.

    With the key in the environment the operator sets the new one first, and the old one as
    ``FACE_CHECKIN_DATA_KEYS_OLDER``.
    """
    keys = load_keys(settings)
    engine = open_database(settings)
    try:
        with create_session_factory(engine)() as db:
            vault = open_vault(settings, keys)
            if sealed_stores.outdated(db, vault, settings.data_dir):
                print("A rotation was not finished; going on with it.")
            elif settings.data_key is None:
                DataKeyFiles(settings.data_dir / "secrets").rotate()
                vault = open_vault(settings, keys)
                AuditLog(keys.audit).record(db, "keys_rotated")
            for line in sealed_stores.reseal(db, vault, settings.data_dir):
                print(line, flush=True)
            key_agreement.accept_rotated(db, load_keys(settings).data)
    except VaultError as error:
        print(f"Something cannot be opened: {error}. The older keys are kept.", file=sys.stderr)
        return UNREADABLE
    finally:
        engine.dispose()
    print("Everything is sealed under the present key. `keys forget` deletes the older ones.")
    return 0


def forget(settings: Settings) -> int:
    """Deletes the older keys once nothing is sealed under them."""
    engine = open_database(settings)
    try:
        with create_session_factory(engine)() as db:
            left = sealed_stores.outdated(db, open_vault(settings, load_keys(settings)), settings.data_dir)
    finally:
        engine.dispose()
    if left:
        print(f"{left} things are sealed under an older key; run `keys rotate` first.", file=sys.stderr)
        return 1
    DataKeyFiles(settings.data_dir / "secrets").forget_older()
    print("There is one key now. Backups made before the rotation need the older ones.")
    return 0


def accept(settings: Settings) -> int:
    """Takes the keys that are here as the installation's, because the ones before are lost."""
    engine = open_database(settings)
    with create_session_factory(engine)() as db:
        keys = load_keys(settings)
        key_agreement.accept(db, keys)
        AuditLog(keys.audit).record(db, "keys_accepted")
    engine.dispose()
    print("These keys are the installation's now. What was sealed under lost ones stays closed.")
    return 0
