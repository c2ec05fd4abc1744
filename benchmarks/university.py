"""The pages of an installation after years of use: 500 courses, 20,000 students, 2 million attendance rows.

The database is filled directly; then every page that an instructor can open is asked for many times through
the app, without a network between, on SQLite and, where a URL is given, on PostgreSQL. Times are the server's
own: routing, queries, rendering.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session
from tqdm import tqdm
from werkzeug.routing import Rule

from benchmarks.machine import in_words, machine
from benchmarks.tables import replace_table, table
from server import create_app, schema
from server.models import (
    Account,
    Attendance,
    Base,
    CheckIn,
    ClassSession,
    Course,
    Enrolment,
    Role,
    Student,
)
from server.models.course import course_instructor
from server.runtime import Runtime
from server.settings import Settings

COURSES, STUDENTS, COURSES_A_STUDENT, SESSIONS = 500, 20_000, 5, 20
COURSES_AN_INSTRUCTOR = 5
REQUESTS = 40
BATCH = 20_000
LIMIT_MS = 300
PHRASE = "a long walk by the river"
POSTGRESQL = "FACE_CHECKIN_BENCH_POSTGRESQL"
"""Names the environment variable with the address of an empty PostgreSQL database."""
STATUSES = (("present", 0.86), ("late", 0.06), ("absent", 0.06), ("excused", 0.02))
SURNAMES = ("김", "이", "박", "최", "정", "남궁", "Nguyen", "Smith", "Okafor", "Müller")


def run(requests: int = REQUESTS, scale: float = 1.0) -> dict[str, Any]:
    """Milliseconds of every page; ready for JSON.

    :param scale: of the numbers of courses and students, for a quick look.
    """
    facts = machine()
    databases = {"SQLite": None}
    if POSTGRESQL in os.environ:
        databases["PostgreSQL"] = os.environ[POSTGRESQL]
    return {
        "machine": facts,
        "requests": requests,
        "databases": {name: _measure(url, requests, scale) for name, url in databases.items()},
    }


def _measure(url: str | None, requests: int, scale: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir(mode=0o700)
        settings = Settings(data_dir=data, **({"database_url": url} if url else {}))
        app = create_app(settings)
        runtime: Runtime = app.extensions["face_checkin"]
        schema.upgrade(runtime.database, data)
        rows = fill(runtime.database, scale)
        with runtime.sessions() as db:
            places = _places(db)
        client = app.test_client()
        _sign_in(client)
        pages = {}
        for rule in tqdm(_pages(app.url_map.iter_rules(), places), desc="pages"):
            random = np.random.default_rng(0)
            times, status = [], 0
            for _ in range(requests):
                place = places[random.integers(len(places))]
                values = {name: place[name] for name in rule.arguments}
                address = app.url_map.bind("localhost").build(rule.endpoint, values)
                start = time.perf_counter()
                with client.get(address) as answer:
                    status = answer.status_code
                    if status >= 500:
                        raise RuntimeError(f"{address} answered {status}")
                    answer.get_data()
                times.append(1000 * (time.perf_counter() - start))
            if status == 200:
                low, high = np.quantile(times, [0.5, 0.95])
                pages[rule.rule] = {"median_ms": float(low), "p95_ms": float(high)}
        runtime.stop()
    return {"rows": rows, "pages": pages}


def _sign_in(client: FlaskClient) -> None:
    """As the first instructor, through the form."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    form = {"csrf_token": token[1], "email": "instructor1@school.example", "password": PHRASE}
    assert client.post("/sign-in", data=form).status_code == 302


def _places(db: Session) -> list[dict[str, int]]:
    """Course, session and student that belong together, of the first instructor."""
    owner = db.scalars(select(Account).where(Account.role == Role.INSTRUCTOR).order_by(Account.id)).first()
    assert owner is not None
    places = db.execute(
        select(Course.id, ClassSession.id, Enrolment.student_id)
        .join(course_instructor, course_instructor.c.course_id == Course.id)
        .join(ClassSession, ClassSession.course_id == Course.id)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(course_instructor.c.account_id == owner.id)
        .order_by(ClassSession.id, Enrolment.id)
    ).all()
    keys = ("course_id", "session_id", "student_id")
    return [dict(zip(keys, row, strict=True)) for row in places[:: max(1, len(places) // 200)]]


def _pages(rules: Iterator[Rule], places: list[dict[str, int]]) -> list[Rule]:
    """What can be opened with a course, a session and a student alone; files to take away are no pages."""
    return sorted(
        (
            rule
            for rule in rules
            if rule.endpoint.startswith("pages.")
            and rule.methods is not None
            and "GET" in rule.methods
            and rule.arguments <= places[0].keys()
            and "." not in rule.rule.rsplit("/", 1)[-1]
        ),
        key=lambda rule: rule.rule,
    )


def fill(engine: Engine, scale: float = 1.0) -> dict[str, int]:
    """Puts everything in; the numbers of rows by table."""
    random = np.random.default_rng(0)
    courses, students = round(COURSES * scale), round(STUDENTS * scale)
    instructors = max(1, courses // COURSES_AN_INSTRUCTOR)
    password_hash = PasswordHasher().hash(PHRASE)
    start = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)
    _put(
        engine,
        Account,
        (
            {
                "id": number,
                "email": f"instructor{number}@school.example",
                "name": f"Instructor {number}",
                "password_hash": password_hash,
                "role": Role.INSTRUCTOR.value,
            }
            for number in range(1, instructors + 1)
        ),
    )
    _put(
        engine,
        Course,
        (
            {
                "id": number,
                "code": f"C{number:04}",
                "name": f"Course {number}",
                "time_zone": "Asia/Seoul",
                "late_after_minutes": 10,
            }
            for number in range(1, courses + 1)
        ),
    )
    with engine.begin() as connection:
        connection.execute(
            insert(course_instructor),
            [
                {"course_id": number, "account_id": 1 + (number - 1) // COURSES_AN_INSTRUCTOR % instructors}
                for number in range(1, courses + 1)
            ],
        )
    _put(
        engine,
        Student,
        (
            {"id": number, "number": f"2026{number:06}", "name": f"{SURNAMES[number % 10]} {number}"}
            for number in range(1, students + 1)
        ),
    )
    taken = [
        random.choice(courses, min(COURSES_A_STUDENT, courses), replace=False) + 1 for _ in range(students)
    ]
    _put(
        engine,
        Enrolment,
        (
            {"course_id": int(course), "student_id": student}
            for student, chosen in enumerate(taken, 1)
            for course in chosen
        ),
    )
    _put(
        engine,
        ClassSession,
        (
            {
                "id": (course - 1) * SESSIONS + week + 1,
                "course_id": course,
                "title": f"Week {week + 1}",
                "status": "closed",
                "starts_at": start + timedelta(days=3 * week, hours=course % 9),
                "late_after_minutes": 10,
                "opened_at": start + timedelta(days=3 * week, hours=course % 9),
                "closed_at": start + timedelta(days=3 * week, hours=course % 9 + 1),
            }
            for course in range(1, courses + 1)
            for week in range(SESSIONS)
        ),
    )
    _put(engine, Attendance, _attendance(random, taken, start))
    with engine.connect() as connection:
        return {
            model.__tablename__: connection.exec_driver_sql(
                f"SELECT count(*) FROM {model.__tablename__}"
            ).scalar_one()
            for model in (Course, Student, Enrolment, ClassSession, Attendance, CheckIn)
        }


def _attendance(
    random: np.random.Generator, taken: list[np.ndarray], start: datetime
) -> Iterator[dict[str, Any]]:
    names = [name for name, _ in STATUSES]
    drawn = random.choice(len(names), size=(len(taken), taken[0].size, SESSIONS), p=[p for _, p in STATUSES])
    for student, chosen in enumerate(taken, 1):
        for place, course in enumerate(chosen):
            for week in range(SESSIONS):
                status = names[drawn[student - 1, place, week]]
                came = status in ("present", "late")
                yield {
                    "session_id": (int(course) - 1) * SESSIONS + week + 1,
                    "student_id": student,
                    "status": status,
                    "method": "face" if came else None,
                    "recorded_at": start + timedelta(days=3 * week, hours=int(course) % 9, minutes=3),
                    "score": 0.71 if came else None,
                }


def _put(engine: Engine, model: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    with engine.begin() as connection:
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                connection.execute(insert(model), batch)
                batch = []
        if batch:
            connection.execute(insert(model), batch)


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Every page on every database, in docs/performance.md."""
    databases = result["databases"]
    names = sorted({page for found in databases.values() for page in found["pages"]})
    head = ["Page, ms"] + [f"{name}: {what}" for name in databases for what in ("median", "p95")]
    rows = []
    for page in names:
        cells = [f"`{page.replace('<int:', '<')}`"]
        for found in databases.values():
            figures = found["pages"].get(page)
            cells += [f"{figures[key]:.0f}" if figures else "–" for key in ("median_ms", "p95_ms")]
        rows.append(cells)
    counts = next(iter(databases.values()))["rows"]
    slowest = max(figures["p95_ms"] for found in databases.values() for figures in found["pages"].values())
    note = (
        f"{counts['course']:,} courses, {counts['student']:,} students, {counts['enrolment']:,} enrolments, "
        f"{counts['class_session']:,} sessions, {counts['attendance']:,} attendance rows; "
        f"{result['requests']} requests a page. "
        f"The slowest page's p95 is {slowest:.0f} ms (limit {LIMIT_MS}). "
        f"{in_words(result['machine'])}."
    )
    replace_table(docs / "performance.md", "university", f"{table(head, rows)}\n\n{note}")
