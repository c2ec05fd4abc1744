"""``python -m server erase``: removes a student and proves it."""

import sys
from pathlib import Path

from sqlalchemy import select

from recognition.exceptions import WeightsError
from server.data_folder import load_keys
from server.exceptions import PartMissing
from server.key_agreement import agree
from server.models import Student
from server.runtime import Runtime, load_engine
from server.schema import upgrade
from server.services import certificates, erasure
from server.services.certificates import Signer
from server.services.erasure import Place
from server.services.roster_models import RosterModels
from server.settings import Settings

NOT_CLEAN = 65


def erase(settings: Settings, number: str) -> int:
    """Prints the certificate; 1 when there is no such student, 65 when something was found afterwards."""
    runtime = Runtime(settings)
    try:
        upgrade(runtime.database, settings.data_dir)
        agree(settings, runtime.database, runtime.keys)
        with runtime.sessions() as db:
            student = db.scalar(select(Student).where(Student.number == number))
            if student is None:
                print("There is no student with this number; nothing was changed.", file=sys.stderr)
                return 1
            try:
                engine = load_engine(settings)
            except WeightsError as error:
                raise PartMissing(str(error)) from error
            models = RosterModels(runtime.store, runtime.vault, engine.embedder_id)
            signer = Signer(runtime.keys.certificate)
            place = Place(settings.data_dir, models, runtime.audit, signer, runtime.jobs.refit_roster)
            made = erasure.erase(db, student, place, engine)
            print(certificates.as_file(made, signer.public_key), end="")
            return 0 if made.clean else NOT_CLEAN
    finally:
        runtime.stop()


def check(settings: Settings, path: Path, number: str | None) -> int:
    """Whether a certificate is one of this installation's, and about this student."""
    signer = Signer(load_keys(settings).certificate)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(f"{path} cannot be read: {error}", file=sys.stderr)
        return 1
    if not certificates.holds(text, signer.public_key):
        print("This certificate was not signed here, or was changed since.", file=sys.stderr)
        return NOT_CLEAN
    if number is not None and signer.pseudonym(number) not in text:
        print("This certificate is about somebody else.", file=sys.stderr)
        return NOT_CLEAN
    print("This certificate was signed here and is unchanged.")
    return 0
