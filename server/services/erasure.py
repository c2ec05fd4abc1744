"""Erasing a student: delete, then search everything for what may be left, and certify what was found."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Column, String, delete, func, select
from sqlalchemy.orm import Session

from recognition.exceptions import ModelRejected
from recognition.image import decode_image
from server.db import forget_journal, writing
from server.models import (
    Base,
    ErasureCertificate,
    RosterDraft,
    RosterModelVersion,
    RowRemovalKind,
    Student,
    utc_now,
)
from server.services import (
    backup_catalogue,
    certificates,
    personal_data,
    removals,
    roster_models,
    sealed_shelves,
)
from server.services.audit import AuditLog
from server.services.certificates import Signer
from server.services.roster_models import RosterModels

if TYPE_CHECKING:
    from recognition.engine import FaceEngine

SHORTEST_SEARCHED_IN_FILES = 5
"""Characters of a student number that are unlikely to stand in a file by chance."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Place:
    """Where a student may be found.

    :ivar changed: is told of each course whose model is to be fitted anew.
    """

    data_dir: Path
    models: RosterModels
    audit: AuditLog
    signer: Signer
    changed: Callable[[int], None]


@dataclass(frozen=True)
class Trace:
    """What the search looks for; gathered before anything is deleted.

    :ivar since: when the student was put into the database.
    """

    student_id: int
    number: str
    name: str
    courses: tuple[int, ...]
    photos: tuple[bytes, ...]
    since: datetime | None = None


def erase(
    db: Session, student: Student, place: Place, engine: "FaceEngine", actor_id: int | None = None
) -> ErasureCertificate:
    """Removes a student with everything about them, in every course; gives the certificate.

    Photos, templates, consent, attendance, visits, keys and events go in one transaction. The roster models
    follow at once, with every older version that held the student; a full fit is asked for besides.
    Backups stay as they are: the certificate names them, and restoring one removes the student once more.
    """
    pictures = personal_data.photos(db, place.models.vault, student.id)
    trace = Trace(
        student_id=student.id,
        number=student.number,
        name=student.name,
        courses=tuple(roster_models.courses_of(db, student.id)),
        photos=tuple(pictures.values()),
        since=student.created_at,
    )
    counted = _counted(db, trace.student_id)
    with writing(db):
        removals.note(db, removals.row_hash(student), RowRemovalKind.ERASED)
        place.audit.record(db, "student_erased", actor_id=actor_id, subject=f"student:{trace.student_id}")
        for event in personal_data.events_about(db, trace.student_id):
            db.delete(event)
        db.execute(delete(RosterDraft))  # Lists that wait for a confirmation may name anybody.
        db.delete(db.get(Student, trace.student_id))
    for course_id in trace.courses:
        if roster_models.update(db, place.models, course_id):
            place.changed(course_id)
    forget_journal(db)
    removals.write_list(db, place.signer, backup_catalogue.folders(db))
    return certify(db, trace, counted, place, engine)


def certify(
    db: Session, trace: Trace, deleted: dict[str, int], place: Place, engine: "FaceEngine"
) -> ErasureCertificate:
    """Searches every store for the student and signs what was found."""
    left = _left_in_tables(db, trace)
    versions = _versions_with(db, trace)
    tried, recognised = _recognised(db, trace, place, engine)
    files, searched = _left_in_files(db, place.data_dir, trace)
    clean = not (left or versions or recognised or files)
    content: dict[str, Any] = {
        "certificate": "erasure of a student, Face Check-in",
        "student": place.signer.pseudonym(trace.number),
        "at": utc_now().isoformat(timespec="seconds"),
        "deleted": deleted,
        "found_afterwards": {
            "rows": left,
            "model_versions": versions,
            "files": files,
            "photos_recognised": recognised,
        },
        "searched": {
            "tables": len(Base.metadata.sorted_tables),
            "courses": len(trace.courses),
            "files": searched,
            "photos_shown_to_the_models": tried,
        },
        "clean": clean,
        "backups_that_still_hold_them": backup_catalogue.still_holding(db, trace.since),
    }
    return certificates.keep(db, place.signer, content, clean)


def _counted(db: Session, student_id: int) -> dict[str, int]:
    """How many rows of which table are about the student."""
    counted: dict[str, int] = {}
    for table, columns in personal_data.tables_about_students():
        for column in columns:
            number = db.scalar(select(func.count()).select_from(table).where(column == student_id)) or 0
            if number:
                counted[table.name] = counted.get(table.name, 0) + number
    return counted


def _left_in_tables(db: Session, trace: Trace) -> list[str]:
    """Tables and columns that still refer to the student or hold their number or name.

    A name is only looked for where nobody else has it.
    """
    words = [trace.number]
    if db.scalar(select(Student.id).where(Student.name == trace.name).limit(1)) is None:
        words.append(trace.name)
    return [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if _refers(db, column, trace.student_id) or _says(db, column, words)
    ]


def _refers(db: Session, column: Column[Any], student_id: int) -> bool:
    """Whether a row of the column's table belongs to the student."""
    if not any(key.column.table.name == "student" for key in column.foreign_keys):
        return False
    return db.scalar(select(column).where(column == student_id).limit(1)) is not None


def _says(db: Session, column: Column[Any], words: list[str]) -> bool:
    """Whether a text of the column is one of the words, or JSON in it holds one."""
    if isinstance(column.type, JSON):
        contents = db.scalars(select(column).where(column.is_not(None)))
        return any(_holds(content, words) for content in contents)
    if isinstance(column.type, String):  # Text is one, too.
        return db.scalar(select(column).where(column.in_(words)).limit(1)) is not None
    return False


def _holds(content: Any, words: list[str]) -> bool:
    """Whether JSON holds one of the words as a text of its own."""
    if isinstance(content, dict):
        return any(_holds(one, words) for one in (*content.keys(), *content.values()))
    if isinstance(content, list):
        return any(_holds(one, words) for one in content)
    return isinstance(content, str) and content in words


def _versions_with(db: Session, trace: Trace) -> list[int]:
    """Ids of roster model versions that were made of the student's templates."""
    rows = db.execute(select(RosterModelVersion.id, RosterModelVersion.contents))
    return [version_id for version_id, contents in rows if str(trace.student_id) in contents]


def _recognised(db: Session, trace: Trace, place: Place, engine: "FaceEngine") -> tuple[int, int]:
    """How many photos were shown to the models as they are now, and how many were known as the student."""
    subjects = [engine.subject(decode_image(jpeg)) for jpeg in trace.photos]
    tried = recognised = 0
    for course_id in trace.courses:
        version = roster_models.active_version(db, course_id)
        if version is None:
            continue
        try:
            model = place.models.store.load(roster_models.stored(version), place.models.embedder_id)
        except ModelRejected:
            continue
        for subject in subjects:
            tried += 1
            recognised += engine.identify_subjects([subject], model).label == str(trace.student_id)
    return tried, recognised


def _left_in_files(db: Session, folder: Path, trace: Trace) -> tuple[list[str], int]:
    """Files below the data folder and on shelves that hold the student number, and how many were read.

    With SQLite the database's own files are among them, so that pages which were freed are searched too.
    """
    word = trace.number.encode()
    if len(word) < SHORTEST_SEARCHED_IN_FILES:
        return [], 0
    found, searched = sealed_shelves.holding(db, word)
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in {".lock", ".key"}:
            continue
        searched += 1
        if _file_holds(path, word):
            found.append(str(path.relative_to(folder)))
    return found, searched


def _file_holds(path: Path, word: bytes) -> bool:
    try:
        with path.open("rb") as file:
            rest = b""
            while chunk := file.read(_CHUNK):
                if word in rest + chunk:
                    return True
                rest = chunk[-len(word) :]
    except FileNotFoundError:
        return False  # It went away while it was looked for.
    return False


def summary(certificate: ErasureCertificate) -> dict[str, Any]:
    """What a certificate says."""
    found: dict[str, Any] = json.loads(certificate.body)
    return found
