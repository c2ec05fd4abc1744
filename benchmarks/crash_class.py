"""The class of the crash test: whom the kiosks see, in lessons that one room holds one after the other."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.accounts import EMAIL
from benchmarks.kiosk import Burst, bursts_by_person
from server import create_app
from server.db import writing
from server.models import Account, ClassSession, Course, Student
from server.runtime import Runtime
from server.services import class_sessions, courses, kiosks, passes, roster_models
from server.services.roster_models import RosterModels
from server.settings import Settings

VISITS = 100
"""Check-ins of a lesson: the demo people by face, some of whom say "not me" first, the others by card."""
NOT_ME = 3


@dataclass(frozen=True)
class Task:
    """Somebody who walks up to a kiosk, and goes only when it says that they are there.

    card: what their QR code says; else bursts are what the camera sees; not_me: answers X to the first name.
    """

    student_id: int
    card: str | None = None
    bursts: Sequence[Burst] = ()
    not_me: bool = False


class Room:
    """A course with its students, and the lessons held in it. Works beside the server, as jobs do."""

    def __init__(self, runtime: Runtime, course_id: int, tasks: Sequence[Task]) -> None:
        self.course_id = course_id
        self._runtime = runtime
        self._tasks = tasks

    def begin(self) -> int:
        """Open a lesson; its session's id."""
        with self._runtime.sessions() as db:
            return class_sessions.start(db, db.get_one(Course, self.course_id)).id

    def end(self, session_id: int) -> None:
        """Close it."""
        with self._runtime.sessions() as db:
            class_sessions.close(db, db.get_one(ClassSession, session_id))

    def tasks(self, count: int, chance: random.Random) -> list[Task]:
        """The check-ins of a lesson, in an order of their own; fewer than a whole lesson's are of cards."""
        faces = [task for task in self._tasks if task.card is None]
        cards = [task for task in self._tasks if task.card is not None]
        doubters = {task.student_id for task in chance.sample(faces, NOT_ME)}
        chosen = [
            Task(task.student_id, bursts=task.bursts, not_me=task.student_id in doubters) for task in faces
        ]
        chosen += cards[: max(0, count - len(faces) - NOT_ME)]
        chance.shuffle(chosen)
        return chosen


def make_rooms(
    folder: Path, demo: Path, count: int, kiosk_count: int
) -> tuple[Runtime, list[Room], list[str]]:
    """So many rooms, and the tokens of kiosks that may be used in all of them.

    Returns the runtime that the rooms use, too: without networks, to be stopped at the end.
    """
    runtime: Runtime = create_app(Settings(data_dir=folder, demo_dir=demo)).extensions["face_checkin"]
    people = json.loads((demo / "people.json").read_text(encoding="utf-8"))
    with runtime.sessions() as db:
        account = db.scalars(select(Account).where(Account.email == EMAIL)).one()
        tokens = [kiosks.register(db, f"Kiosk {n + 1}", account)[1] for n in range(kiosk_count)]
        faces = _faces(db, people["people"], bursts_by_person(demo))
        cards = _cards(db, runtime, account, VISITS - NOT_ME - len(faces))
        rooms = []
        for number in range(count):
            course = courses.create(db, account, f"C{number + 1}", f"Room {number + 1}", "UTC", 24 * 60)
            with writing(db):
                for task in (*faces, *cards):
                    courses.enrol(db, course, db.get_one(Student, task.student_id))
            models = RosterModels(runtime.store, runtime.vault, people["embedder_id"])
            roster_models.update(db, models, course.id)
            rooms.append(Room(runtime, course.id, (*faces, *cards)))
    return runtime, rooms, tokens


def _faces(db: Session, people: list[dict[str, str]], bursts: dict[str, list[Burst]]) -> list[Task]:
    numbers = {person["number"]: bursts[person["id"]] for person in people}
    students = db.scalars(select(Student).where(Student.number.in_(numbers)))
    return [Task(student.id, bursts=numbers[student.number]) for student in students]


def _cards(db: Session, runtime: Runtime, account: Account, count: int) -> list[Task]:
    tasks = []
    for number in range(count):
        with writing(db):
            student = Student(number=f"S{number:03}", name=f"Student {number:03}")
            db.add(student)
        card = passes.issue_card(db, runtime.vault, student, account)
        tasks.append(Task(student.id, card=passes.card_text(runtime.vault, card)))
    return tasks
