"""``python -m server audit``: is the audit log what was written?"""

import argparse
import re
import sys

from server.commands.database import open_database
from server.data_folder import load_keys
from server.db import create_session_factory
from server.services import audit
from server.services.audit import AuditLog
from server.settings import Settings

FOUND = 65
SENTENCES = {
    "changed": "Entry {number} was changed, or inserted.",
    "missing": "Entries before number {number} were removed.",
    "end": "Entries after number {number} were removed or added.",
    "other": "Entry {number} is not the one that was noted down: this is another or an older log.",
}


def noted(text: str) -> tuple[int, str]:
    """``NUMBER:MAC`` as :func:`verify` prints it."""
    if not re.fullmatch(r"\d+:[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError("looks like 120:3fa9…, as `audit verify` prints it")
    number, _, mac = text.partition(":")
    return int(number), mac


def verify(settings: Settings, expected: tuple[int, str] | None) -> int:
    """``python -m server audit verify``; 65 when something is wrong."""
    engine = open_database(settings)
    try:
        with create_session_factory(engine)() as db:
            fault = AuditLog(load_keys(settings).audit).verify(db, expected)
            number, mac = audit.head(db)
    finally:
        engine.dispose()
    if fault is not None:
        print(SENTENCES[fault.kind].format(number=fault.number), file=sys.stderr)
        return FOUND
    print(f"{number} entries, all as they were written. The last one: {number}:{mac}")
    return 0
