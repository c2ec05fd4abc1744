"""What was removed for good, kept as hashes, so that a restored backup does not bring it back."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import (
    AccountFace,
    Consent,
    FacePhoto,
    RosterModelVersion,
    RowRemoval,
    RowRemovalKind,
    Student,
    utc_now,
)
from server.services import certificates, personal_data
from server.services.certificates import Signer

LIST_NAME = "removals.json"
"""Beside the backups."""
Listed = dict[str, Any]
State = tuple[int, datetime | None]


def row_hash(student: Student) -> str:
    """Stands for a student's row: the id alone could be given out again."""
    return _hash("student", student.id, student.created_at)


def face_hash(face: AccountFace) -> str:
    """Stands for the face that an account's owner agreed to once; who agrees again has another."""
    return _hash("account_face", face.account_id, face.consented_at)


def _hash(table: str, number: int, made: datetime) -> str:
    return hashlib.sha256(f"{table}:{number}:{made.isoformat(timespec='microseconds')}".encode()).hexdigest()


def note(db: Session, row: str, kind: RowRemovalKind) -> None:
    """Remembers a removal, in the transaction under way.

    :param row: :func:`row_hash` or :func:`face_hash` of what was removed.
    """
    db.merge(RowRemoval(row_hash=row, kind=kind, at=utc_now()))


def listed(db: Session) -> list[Listed]:
    """All of them, as JSON knows them."""
    return [
        {"row": one.row_hash, "kind": one.kind, "at": one.at.isoformat()}
        for one in db.scalars(select(RowRemoval).order_by(RowRemoval.at, RowRemoval.row_hash))
    ]


def state(db: Session) -> State:
    """How many there are and when the last one was: something else once one is added."""
    number, last = db.execute(select(func.count(), func.max(RowRemoval.at))).one()
    return number, last


def signed_list(listed: list[Listed], signer: Signer) -> str:
    """The list as a file that cannot be changed unnoticed."""
    body = json.dumps({"removals": listed}, indent=1)
    content = {"body": body, "signature": signer.sign(body), "public_key": signer.public_key}
    return json.dumps(content, indent=1) + "\n"


def read_list(text: str, public_key: str) -> list[Listed] | None:
    """A list of the installation with this key; ``None`` for anything else."""
    if not certificates.holds(text, public_key):
        return None
    found: list[Listed] = json.loads(json.loads(text)["body"])["removals"]
    return found


def list_in(folder: Path, public_key: str) -> list[Listed]:
    """The list that lies in a folder; an empty one where none of this installation does."""
    try:
        text = (folder / LIST_NAME).read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return []
    return read_list(text, public_key) or []


def write_list(db: Session, signer: Signer, folders: set[Path]) -> None:
    """Puts the list beside backups; folders that are not there now are passed over.

    What a list knew stays on it: the database may be an older one by now.
    """
    now = listed(db)
    for folder in folders:
        newest = {(one["row"], one["kind"]): one for one in list_in(folder, signer.public_key)}
        newest |= {(one["row"], one["kind"]): one for one in now}
        text = signed_list(sorted(newest.values(), key=lambda one: (one["at"], one["row"])), signer)
        draft = folder / f".{LIST_NAME}.{os.getpid()}"
        try:
            draft.write_text(text, encoding="ascii")
            draft.replace(folder / LIST_NAME)
        except OSError:
            continue


@dataclass
class Again:
    """What was removed once more.

    :ivar people: how many students, and accounts that had a face.
    :ivar models: folders of roster models that held them; the server makes these anew when it starts.
    """

    people: int = 0
    models: set[str] = field(default_factory=set)


def apply(db: Session, removals: list[Listed], since: datetime | None) -> Again:
    """Removes from restored tables what was removed, within the transaction under way.

    :param since: when the backup was made, to pass over what was removed before; none where nobody knows.
    """
    done = Again()
    for one in removals:
        db.merge(RowRemoval(row_hash=one["row"], kind=one["kind"], at=_at(one)))
    later = [one for one in removals if since is None or _at(one) > since]
    # Who was erased after withdrawing is erased.
    wanted = {one["row"]: one for one in sorted(later, key=lambda one: one["kind"], reverse=True)}
    if not wanted:
        return done
    for student in db.scalars(select(Student)).all():
        removal = wanted.get(row_hash(student))
        if removal is not None:
            done.people += 1
            done.models |= _remove(db, student, removal["kind"], _at(removal))
    for face in db.scalars(select(AccountFace)).all():
        if face_hash(face) in wanted:
            done.people += 1
            db.delete(face)
    return done


def _at(one: Listed) -> datetime:
    return datetime.fromisoformat(one["at"])


def _remove(db: Session, student: Student, kind: str, at: datetime) -> set[str]:
    """Removes a student, or their face as it was known at a moment: who agreed again later has another."""
    models = set()
    for version in db.scalars(select(RosterModelVersion)):
        if str(student.id) in version.contents:
            models.add(version.folder)
            version.contents, version.removed_at, version.removed_because = {}, utc_now(), "deleted"
    if kind == RowRemovalKind.ERASED:
        for event in personal_data.events_about(db, student.id):
            db.delete(event)
        db.delete(student)
    else:
        for photo in db.scalars(
            select(FacePhoto).where(FacePhoto.student_id == student.id, FacePhoto.created_at <= at)
        ):
            db.delete(photo)
        for consent in db.scalars(
            select(Consent).where(
                Consent.student_id == student.id, Consent.withdrawn_at.is_(None), Consent.given_at <= at
            )
        ):
            consent.withdrawn_at = utc_now()
    db.flush()
    return models
