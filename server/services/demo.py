"""The demo class: ten people who do not exist and a session that is open now; removed, it leaves no trace."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import forget_journal, writing
from server.exceptions import Conflict, NotFound
from server.models import Account, Consent, Course, Enrolment, InstallationNote, Student
from server.services import class_sessions, courses, enrolment, roster_models
from server.services.roster_model_store import RosterModelStore
from server.services.roster_models import RosterModels
from server.services.vault import Vault
from server.settings import Settings

COURSE_CODE = "DEMO"
COURSE_NAME = "데모 수업 · Demo class"
SESSION_TITLE = "데모 · Demo"
LATE_AFTER_MINUTES = 24 * 60
CONSENT_GIVEN_BY = "synthetic person"
PEOPLE_FILE = "people.json"
EMBEDDINGS_FILE = "embeddings.npy"
_NOTE = "demo"


class Place(Protocol):
    """What the demo class needs of the running app."""

    settings: Settings
    store: RosterModelStore
    vault: Vault


@dataclass(frozen=True)
class DemoPhoto:
    """An enrolment picture that was checked when the demo was prepared.

    :ivar row: of the embedding in the embeddings file.
    """

    file: str
    digest: str
    quality: dict[str, Any]
    row: int


@dataclass(frozen=True)
class DemoPerson:
    """One synthetic person.

    :ivar enrol: the pictures they are enrolled from.
    :ivar probes: names of other pictures, for the demo camera.
    """

    id: str
    number: str
    name: str
    enrol: tuple[DemoPhoto, ...]
    probes: tuple[str, ...]


@dataclass(frozen=True)
class DemoState:
    """Whether the demo class is there, and its course and session."""

    exists: bool
    course_id: int | None = None
    session_id: int | None = None


def prepared(demo_dir: Path) -> bool:
    """Whether ``python -m server prepare-demo`` has done its work."""
    return (demo_dir / PEOPLE_FILE).is_file() and (demo_dir / EMBEDDINGS_FILE).is_file()


def load_people(demo_dir: Path) -> dict[str, DemoPerson]:
    """The prepared people, by id; none when nothing is prepared."""
    if not prepared(demo_dir):
        return {}
    people = _document(demo_dir)["people"]
    return {
        person["id"]: DemoPerson(
            id=person["id"],
            number=person["number"],
            name=person["name"],
            enrol=tuple(DemoPhoto(**photo) for photo in person["enrol"]),
            probes=tuple(person["probes"]),
        )
        for person in people
    }


def exists(db: Session) -> bool:
    """Whether the demo class is there."""
    return db.scalar(select(Course.id).where(Course.is_demo).limit(1)) is not None


def state(db: Session) -> DemoState:
    """Whether the demo class is there, and its open session."""
    course_id = db.scalar(select(Course.id).where(Course.is_demo).limit(1))
    if course_id is None:
        return DemoState(exists=False)
    session = next(
        (found for found in class_sessions.open_sessions(db) if found.course_id == course_id), None
    )
    return DemoState(True, course_id, session.id if session else None)


def offer(db: Session) -> bool:
    """Whether to make the demo class: nothing is in the database, and nobody removed it before."""
    return (
        db.get(InstallationNote, _NOTE) is None
        and db.scalar(select(Course.id).limit(1)) is None
        and db.scalar(select(Student.id).limit(1)) is None
    )


def create(db: Session, place: Place, account: Account | None = None) -> Course:
    """Makes the demo class with an open session, from pictures and embeddings that were prepared.

    :raises NotFound: ``demo_unavailable`` when nothing is prepared.
    :raises Conflict: ``demo_unavailable`` when the class is there.
    """
    demo_dir = place.settings.demo_dir
    people = load_people(demo_dir)
    if not people:
        raise NotFound("demo_unavailable")
    embeddings: NDArray[np.float32] = np.load(demo_dir / EMBEDDINGS_FILE, allow_pickle=False)
    embedder_id = _document(demo_dir)["embedder_id"]
    with writing(db):
        if exists(db):
            raise Conflict("demo_unavailable")
        course = Course(
            code=COURSE_CODE,
            name=COURSE_NAME,
            time_zone=place.settings.default_time_zone,
            late_after_minutes=LATE_AFTER_MINUTES,
            is_demo=True,
        )
        if account is not None:
            course.instructors.append(account)
        db.add(course)
        db.flush()
        for person in people.values():
            _enrol(db, course, person, embeddings, embedder_id, demo_dir, place.vault)
        db.merge(InstallationNote(key=_NOTE, value={"state": "created"}))
    roster_models.update(db, RosterModels(place.store, place.vault, embedder_id), course.id)
    class_sessions.start(db, course, SESSION_TITLE)
    return course


def remove(db: Session, place: Place) -> None:
    """Deletes the demo class with everything that belongs to it; it is not offered again."""
    with writing(db):
        course_ids = list(db.scalars(select(Course.id).where(Course.is_demo)))
        db.execute(delete(Course).where(Course.is_demo))
        db.execute(delete(Student).where(Student.is_demo))
        db.merge(InstallationNote(key=_NOTE, value={"state": "removed"}))
    for course_id in course_ids:
        place.store.delete_course(course_id)
    forget_journal(db)


def _enrol(
    db: Session,
    course: Course,
    person: DemoPerson,
    embeddings: NDArray[np.float32],
    embedder_id: str,
    demo_dir: Path,
    vault: Vault,
) -> None:
    number, name = courses.check_student(person.number, person.name)
    student = Student(number=number, name=name, is_demo=True)
    db.add(student)
    db.flush()
    db.add(Enrolment(course_id=course.id, student_id=student.id))
    db.add(
        Consent(
            student_id=student.id,
            text_version=enrolment.CONSENT_TEXT_VERSION,
            given_by=CONSENT_GIVEN_BY,
        )
    )
    for photo in person.enrol:
        enrolment.keep_photo(
            db,
            student.id,
            digest=photo.digest,
            jpeg=(demo_dir / person.id / "enrol" / photo.file).read_bytes(),
            quality=photo.quality,
            embedding=embeddings[photo.row],
            embedder_id=embedder_id,
            vault=vault,
        )


def _document(demo_dir: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((demo_dir / PEOPLE_FILE).read_text(encoding="utf-8"))
    return document
