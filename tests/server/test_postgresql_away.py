"""PostgreSQL goes away under a running server, and comes back: nothing is lost, and everything goes on."""

import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest

from benchmarks import crash_proof
from benchmarks.crash_class import Task
from benchmarks.crash_kiosk import Kiosk
from benchmarks.dashboard import Dashboard, Follower
from server import create_app
from server.db import writing
from server.models import ClassSession, Student, utc_now
from server.runtime import Runtime
from server.services import class_sessions, courses, kiosks, passes
from server.settings import Settings
from tests.running_postgresql import RunningPostgresql
from tests.running_server import RunningServer
from tests.server.people import PASSWORD, fresh, make_account

pytestmark = pytest.mark.long

KIOSKS = 4
VISITS = 240
AWAY_S = 30.0
"""Longer than the processes' clocks and the watch over the jobs' turn take to notice."""
SECONDS_TO_GO_ON = 30.0
ALLOWED = {"503 database_away", "503 busy"}
EMAIL = "teacher@school.example"


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgresql]:
    """A PostgreSQL with a database of our own in it."""
    running = RunningPostgresql.start(tmp_path_factory.mktemp("postgresql"))
    running.execute("CREATE DATABASE {}", "school")
    yield running
    if running.runs():
        running.stop()


@pytest.fixture
def server(cluster: RunningPostgresql, tmp_path: Path) -> Iterator[RunningServer]:
    """Two workers and the jobs on it."""
    running = RunningServer.start(
        tmp_path / "data", demo="false", workers="2", database_url=f"{cluster.url}school"
    )
    yield running
    assert running.stop() == 0


@pytest.fixture
def runtime(server: RunningServer, cluster: RunningPostgresql) -> Iterator[Runtime]:
    """To look into the same database."""
    settings = Settings(data_dir=server.data, database_url=f"{cluster.url}school")
    runtime: Runtime = create_app(settings).extensions["face_checkin"]
    yield runtime
    runtime.stop()


@pytest.fixture
def lesson(runtime: Runtime) -> SimpleNamespace:
    """Students with cards, an open session, and kiosks for it."""
    with runtime.sessions() as db:
        account = make_account(db, EMAIL)
        course = courses.create(db, account, "BIO-101", "Biology 101", "UTC", 24 * 60)
        tasks = []
        for number in range(VISITS):
            student = courses.add_student(db, course, f"S{number:03}", f"Student {number:03}")
            card = passes.issue_card(db, runtime.vault, student, account)
            tasks.append(Task(student.id, card=passes.card_text(runtime.vault, card)))
        tokens = [kiosks.register(db, f"Kiosk {number}", account)[1] for number in range(KIOSKS)]
        session_id = class_sessions.start(db, course).id
    return SimpleNamespace(tasks=tasks, tokens=tokens, session_id=session_id)


def test_visits_wait_and_everything_goes_on_by_itself(
    cluster: RunningPostgresql, server: RunningServer, runtime: Runtime, lesson: SimpleNamespace
) -> None:
    dashboard = Dashboard(server.port)
    dashboard.sign_in(EMAIL, PASSWORD)
    follower = Follower(dashboard, lesson.session_id)
    follower.start()
    devices = [Kiosk(server.port, token) for token in lesson.tokens]
    visiting = [
        threading.Thread(
            target=carry, args=(device, lesson.tasks[place::KIOSKS], lesson.session_id), daemon=True
        )
        for place, device in enumerate(devices)
    ]
    for one in visiting:
        one.start()
    wait_until(lambda: acknowledged(devices) >= VISITS // 6)

    cluster.stop()
    before = acknowledged(devices)
    time.sleep(AWAY_S / 2)
    assert status(server, "/healthz") == (200, None)
    assert status(server, "/readyz") == (503, "1")
    assert dashboard.open("/courses")[0] == 503
    time.sleep(AWAY_S / 2)
    assert acknowledged(devices) <= before + KIOSKS, "what was answered then had been committed before"
    assert all(sum(device.repeated.values()) for device in devices), "every kiosk was told"
    cluster.restart()

    for one in visiting:
        one.join(SECONDS_TO_GO_ON)
    assert acknowledged(devices) == VISITS
    assert {reason for device in devices for reason in device.repeated} <= ALLOWED
    assert status(server, "/readyz") == (200, None)
    with runtime.sessions() as db:
        session = db.get_one(ClassSession, lesson.session_id)
        with writing(db):
            session.ends_at = utc_now() - timedelta(seconds=1)
        wait_until(lambda: fresh(db).get_one(ClassSession, lesson.session_id).status == "closed")
        follower.wait_for(lambda seen: seen[-1].type == "session", SECONDS_TO_GO_ON)
        follower.finish()
        told = [one for device in devices for one in device.acknowledged]
        assert crash_proof.problems(db, told, {lesson.session_id: follower.seen}) == []
        assert db.query(Student).count() == VISITS


def carry(device: Kiosk, tasks: list[Task], session_id: int) -> None:
    for task in tasks:
        device.serve(task, session_id)
    device.close()


def acknowledged(devices: list[Kiosk]) -> int:
    return sum(len(device.acknowledged) for device in devices)


def status(server: RunningServer, path: str) -> tuple[int, str | None]:
    """The status, and after how many seconds to come again."""
    try:
        with urllib.request.urlopen(f"{server.url}{path}", timeout=10) as answer:
            return answer.status, answer.headers["Retry-After"]
    except HTTPError as error:
        with error:
            return error.code, error.headers["Retry-After"]


def wait_until(condition, seconds: float = SECONDS_TO_GO_ON) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
