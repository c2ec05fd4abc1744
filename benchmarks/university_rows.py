"""The rows of an installation after years of use, written straight into its database.

What is listed somewhere has rows here, and all their numbers can be chosen, so that pages can be asked for in
one installation, and again in one three times as large.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, insert, inspect, select
from sqlalchemy.orm import Mapper

from benchmarks import university_lists
from benchmarks.university_lists import TERM, Size
from server import models
from server.models import Base, Role
from server.services import passes
from server.services.vault import Vault

PHRASE = "a long walk by the river"
BATCH = 20_000
PHOTOS = 5
DIMENSIONS = 640
STATUSES = (("present", 0.86), ("late", 0.06), ("absent", 0.06), ("excused", 0.02))
SURNAMES = ("김", "이", "박", "최", "정", "남궁", "Nguyen", "Smith", "Okafor", "Müller")


class University:
    """Fills one empty database."""

    def __init__(self, engine: Engine, size: Size, vault: Vault, embedder_id: str) -> None:
        self._engine = engine
        self._size = size
        self._vault = vault
        self._embedder_id = embedder_id
        self._random = np.random.default_rng(0)
        self._taken = [
            self._random.choice(size.courses, min(size.courses_a_student, size.courses), replace=False) + 1
            for _ in range(size.students)
        ]
        self._now = datetime.now(UTC)

    def fill(self) -> dict[str, int]:
        """Puts everything in; the numbers of rows by table."""
        with self._engine.begin() as connection:
            for model, rows in self._tables():
                batch: list[dict[str, Any]] = []
                for row in rows:
                    batch.append(row)
                    if len(batch) == BATCH:
                        connection.execute(insert(model), batch)
                        batch = []
                if batch:
                    connection.execute(insert(model), batch)
            if self._engine.dialect.name == "postgresql":
                _count_on(connection)
        with self._engine.connect() as connection:
            tables = Base.metadata.sorted_tables
            counted = {
                one.name: connection.scalar(select(func.count()).select_from(one)) or 0 for one in tables
            }
            return {name: rows for name, rows in counted.items() if rows}

    def _tables(self) -> Iterator[tuple[Any, Iterable[dict[str, Any]]]]:
        size, courses = self._size, range(1, self._size.courses + 1)
        yield models.Account, self._accounts()
        yield models.Course, (self._course(number) for number in courses)
        yield (
            models.course.course_instructor,
            (
                {
                    "course_id": one,
                    "account_id": 1 + (one - 1) // size.courses_an_instructor % size.instructors,
                }
                for one in courses
            ),
        )
        yield (
            models.Student,
            (
                {"id": number, "number": f"2026{number:06}", "name": f"{SURNAMES[number % 10]} {number}"}
                for number in range(1, size.students + 1)
            ),
        )
        yield (
            models.Consent,
            (
                {"student_id": number, "text_version": "1", "given_by": "Instructor 1"}
                for number in range(1, size.students + 1)
            ),
        )
        yield (
            models.Enrolment,
            ({"course_id": course, "student_id": student} for student, _, course in self._places()),
        )
        yield models.Kiosk, self._kiosks()
        yield models.ClassSession, (self._session(course, week) for course, week in self._weeks())
        yield models.CheckIn, self._visits()
        yield models.Attendance, self._attendance()
        yield models.AttendanceChange, self._changes()
        yield models.OutboxEvent, self._events()
        yield models.Contest, self._contests()
        yield models.FacePhoto, self._photos()
        yield models.StudentPass, self._cards()
        yield models.FaceTemplate, self._templates()
        yield from university_lists.of_courses(self._size, self._embedder_id)
        yield from university_lists.of_the_installation(self._size)

    def _accounts(self) -> Iterator[dict[str, Any]]:
        known = {"password_hash": PasswordHasher().hash(PHRASE)}
        for number in range(1, self._size.instructors + 1):
            yield {
                "email": f"instructor{number}@school.example",
                "name": f"Instructor {number}",
                "role": Role.INSTRUCTOR.value,
                **known,
            }
        yield {"email": "admin@school.example", "name": "Admin", "role": Role.ADMINISTRATOR.value, **known}
        for number in range(1, self._size.each + 1):
            yield {
                "email": f"assistant{number}@school.example",
                "name": f"Assistant {number}",
                "role": Role.ASSISTANT.value,
                **known,
            }

    def _course(self, number: int) -> dict[str, Any]:
        return {
            "id": number,
            "code": f"C{number:04}",
            "name": f"Course {number}",
            "time_zone": "Asia/Seoul",
            "late_after_minutes": 10,
        }

    def _places(self) -> Iterator[tuple[int, int, int]]:
        """Student, which of their courses, course."""
        for student, chosen in enumerate(self._taken, 1):
            for place, course in enumerate(chosen):
                yield student, place, int(course)

    def _weeks(self) -> Iterator[tuple[int, int]]:
        for course in range(1, self._size.courses + 1):
            for week in range(self._size.sessions):
                yield course, week

    def _session_id(self, course: int, week: int) -> int:
        return (course - 1) * self._size.sessions + week + 1

    def _starts(self, course: int, week: int) -> datetime:
        """The last session began just now and is open."""
        if week == self._size.sessions - 1:
            return self._now - timedelta(minutes=5)
        return TERM + timedelta(days=3 * week, hours=course % 9)

    def _session(self, course: int, week: int) -> dict[str, Any]:
        starts, last = self._starts(course, week), week == self._size.sessions - 1
        return {
            "id": self._session_id(course, week),
            "course_id": course,
            "title": f"Week {week + 1}",
            "status": "open" if last else "closed",
            "starts_at": starts,
            "late_after_minutes": 10,
            "opened_at": starts,
            "closed_at": None if last else starts + timedelta(hours=1),
        }

    def _kiosks(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self._size.each * self._size.instructors + 1):
            yield {
                "name": f"Room {number}",
                "token_hash": f"kiosk {number}",
                "created_by": 1 + number % self._size.instructors,
            }

    def _visits(self) -> Iterator[dict[str, Any]]:
        """Of the open sessions: everybody's, and some that nobody was recognised in."""
        last = self._size.sessions - 1
        for student, place, course in self._places():
            yield self._visit(f"{student}-{place}", self._session_id(course, last), "match", student)
        for course in range(1, self._size.courses + 1):
            for number in range(self._size.each):
                yield self._visit(
                    f"unknown-{course}-{number}", self._session_id(course, last), "unknown", None
                )

    def _visit(self, name: str, session_id: int, reason: str, student: int | None) -> dict[str, Any]:
        return {
            "id": name,
            "nonce": name,
            "session_id": session_id,
            "kiosk_id": 1,
            "student_id": student,
            "status": "accepted" if student else "final",
            "reason": reason,
            "problems": [],
            "score": 0.71 if student else 0.2,
            "captured_at": self._now,
            "created_at": self._now,
            "http_status": 200,
            "response": {},
        }

    def _attendance(self) -> Iterator[dict[str, Any]]:
        names = [name for name, _ in STATUSES]
        shares = [share for _, share in STATUSES]
        for student, place, course in self._places():
            drawn = self._random.choice(len(names), size=self._size.sessions, p=shares)
            for week in range(self._size.sessions):
                live = week == self._size.sessions - 1
                status = "present" if live else names[drawn[week]]
                came = status in ("present", "late")
                yield {
                    "session_id": self._session_id(course, week),
                    "student_id": student,
                    "status": status,
                    "method": "face" if came else None,
                    "check_in_id": f"{student}-{place}" if came and live else None,
                    "recorded_at": self._starts(course, week) + timedelta(minutes=3),
                    "score": 0.71 if came else None,
                }

    def _changes(self) -> Iterator[dict[str, Any]]:
        """Of the open sessions, and of each entry of the first student's courses."""
        for student, _, course in self._places():
            weeks = range(self._size.sessions) if student == 1 else (self._size.sessions - 1,)
            for week in weeks:
                at = self._starts(course, week) + timedelta(minutes=3)
                yield {
                    "session_id": self._session_id(course, week),
                    "student_id": student,
                    "source": "arrival",
                    "before": None,
                    "after": {
                        "status": "present",
                        "method": "face",
                        "recorded_at": at.isoformat(),
                        "left_at": None,
                    },
                    "at": at,
                    "kiosk_id": 1,
                }

    def _events(self) -> Iterator[dict[str, Any]]:
        last = self._size.sessions - 1
        for student, _, course in self._places():
            yield {
                "course_id": course,
                "session_id": self._session_id(course, last),
                "type": "attendance",
                "payload": {"student": {"id": student}, "status": "present"},
            }

    def _contests(self) -> Iterator[dict[str, Any]]:
        for student, _, course in self._places():
            if student % 4 == 0:
                yield {
                    "session_id": self._session_id(course, 0),
                    "student_id": student,
                    "status": "open",
                    "words": "I was there, in the last row.",
                }

    def _cards(self) -> Iterator[dict[str, Any]]:
        for student in range(1, self._size.students + 1):
            of = models.StudentPass(student_id=student, kind="card")
            token = f"card-{student:020}"
            yield {
                "student_id": student,
                "kind": "card",
                "token_hash": token,
                "secret_sealed": self._vault.seal(token.encode(), passes.purpose(of)),
            }

    def _photos(self) -> Iterator[dict[str, Any]]:
        for student in range(1, self._size.students + 1):
            for number in range(PHOTOS):
                yield {
                    "id": (student - 1) * PHOTOS + number + 1,
                    "student_id": student,
                    "digest": f"{student}-{number}",
                    "image_encrypted": b"sealed",
                    "quality": {},
                }

    def _templates(self) -> Iterator[dict[str, Any]]:
        for student in range(1, self._size.students + 1):
            centre = self._random.standard_normal(DIMENSIONS)
            for number in range(PHOTOS):
                vector = centre + 0.6 * self._random.standard_normal(DIMENSIONS)
                vector = (vector / np.linalg.norm(vector)).astype(np.float32)
                yield {
                    "photo_id": (student - 1) * PHOTOS + number + 1,
                    "student_id": student,
                    "embedder_id": self._embedder_id,
                    "vector_encrypted": self._vault.seal_template(vector, student, self._embedder_id),
                }


def _count_on(connection: Any) -> None:
    """What comes after gets the next numbers, and the planner knows the tables as after a night's rest."""
    for mapper in Base.registry.mappers:
        _continue(connection, mapper)
    connection.exec_driver_sql("ANALYZE")


def _continue(connection: Any, mapper: Mapper[Any]) -> None:
    table = inspect(mapper).local_table
    key = table.autoincrement_column if hasattr(table, "autoincrement_column") else None
    if (
        key is None
        or not connection.exec_driver_sql(
            f"SELECT pg_get_serial_sequence('{table.name}', '{key.name}')"
        ).scalar()
    ):
        return
    connection.exec_driver_sql(
        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key.name}'), "
        f"coalesce((SELECT max({key.name}) FROM {table.name}), 0) + 1, false)"
    )
