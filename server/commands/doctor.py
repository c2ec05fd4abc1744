"""``python -m server doctor``: is everything there and in order, and what is to be done?"""

import json
import sys
from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from server.commands.database import connect
from server.doctor import parts, public, services, storage
from server.doctor.finding import Finding, State, fault, warning
from server.services.restore_place import Place
from server.settings import Settings

MARKS = {State.OK: "ok     ", State.WARNING: "WARNING", State.FAULT: "FAULT  "}
EXIT_CODES = {State.OK: 0, State.WARNING: 1, State.FAULT: 3}


def doctor(settings: Settings, *, as_json: bool) -> int:
    """Prints a line for each thing: 0 when all is in order, 1 with warnings, 3 with a fault.

    It changes nothing: neither keys nor a database are made.
    """
    found = []
    for finding in findings(settings):
        found.append(finding)
        if not as_json:
            print(f"{MARKS[finding.state]}  {finding.subject}: {finding.said}")
            if finding.do:
                print(f"         → {finding.do}")
            sys.stdout.flush()
    worst = max((finding.state for finding in found), key=lambda state: EXIT_CODES[state])
    if as_json:
        print(json.dumps({"state": worst, "findings": [one.as_json() for one in found]}, indent=1))
    return EXIT_CODES[worst]


def findings(settings: Settings) -> Iterator[Finding]:
    """One after the other, as they are looked for."""
    for look in (
        parts.settings_known,
        parts.versions,
        parts.networks,
        parts.pages,
        parts.extras,
        parts.processor,
        storage.data_folder,
        storage.disk,
        services.queue,
        services.mails,
        public.reached,
    ):
        yield from look(settings)
    yield from _with_database(settings)


def _with_database(settings: Settings) -> Iterator[Finding]:
    file = Place(settings.data_dir, settings.database).sqlite
    if file is not None and not file.exists():
        yield warning("database", f"{file} is not there yet.", "The first start makes it.")
        yield from (*services.clock(settings, None), *storage.keys(settings, None))
        return
    engine = connect(settings)
    try:
        answers = services.database(settings, engine)
        yield from answers
        usable = any(one.subject == "schema" and one.state == State.OK for one in answers)
        yield from _by_rows(settings, engine if usable else None)
    except SQLAlchemyError as error:
        yield fault("database", f"It ended while it was looked at ({type(error).__name__}).", "Look again.")
    finally:
        engine.dispose()


def _by_rows(settings: Settings, engine: Engine | None) -> Iterator[Finding]:
    yield from services.clock(settings, engine)
    yield from storage.keys(settings, engine)
    if engine is not None:
        yield from (*services.jobs(settings, engine), *storage.backups(settings, engine))
