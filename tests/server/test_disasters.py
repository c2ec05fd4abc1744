"""What the server stands on fails: what is said, what is stored, and that it goes on by itself."""

import os
import shutil
import sqlite3
import subprocess
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from server import create_app
from server.db import BACKGROUND
from server.failures import meant_by
from server.models import Attendance, CheckIn, ClassSession, RateCount, StudentPin, utc_now
from server.rate_counts import DatabaseCounts
from server.services import class_sessions, courses, kiosks, passes, pins, roster_models
from server.session_clock import SessionClock
from server.settings import Settings
from server.steady_clock import SETTLES_IN, SteadyClock
from tests.server.people import fresh, reason


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def card(db, runtime, course, instructor):
    """Visits by card, of 40 students to an open session: they need no networks."""
    course.is_demo = True  # so that any browser may use it
    db.commit()
    students = [courses.add_student(db, course, str(n), f"Student {n}") for n in range(40)]
    session = class_sessions.start(db, course)
    texts = [
        passes.card_text(runtime.vault, passes.issue_card(db, runtime.vault, student, instructor))
        for student in students
    ]
    session_id = session.id
    db.commit()

    def show(client, number, nonce=None):
        fields = {"nonce": nonce or str(uuid.uuid4()), "session_id": session_id, "code": texts[number]}
        fields["captured_at"] = datetime.now(UTC).isoformat()
        return client.post("/api/v1/check-ins/codes", json=fields)

    return show


class TestDiskFull:
    @pytest.fixture
    def settings(self, tmp_path, data_folders):
        """A data folder on a disk of 8 MB."""
        disk = tmp_path / "disk"
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
        if (
            os.geteuid()
            or not shutil.which("mount")
            or subprocess.run(command, capture_output=True).returncode
        ):
            pytest.skip("a disk of its own needs root and the right to mount")
        shutil.copytree(data_folders["empty"], disk / "data")
        yield Settings(data_dir=disk / "data", threads=8, liveness="off")
        subprocess.run(["umount", "-l", str(disk)], check=True)

    def test_nothing_is_acknowledged_that_is_not_stored(self, card, db, settings, client):
        filler = settings.data_dir.parent / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        nonces = [str(uuid.uuid4()) for _ in range(40)]
        answers = [card(client, number, nonce) for number, nonce in enumerate(nonces)]
        refused = [number for number, answer in enumerate(answers) if answer.status_code != 200]
        assert refused, "the journal cannot hold all of that"
        for number in refused:
            assert (answers[number].status_code, reason(answers[number])) == (503, "storage_full")
            assert answers[number].headers["Retry-After"] == "10"
        stored = {row.nonce for row in fresh(db).query(CheckIn)}
        assert stored == {nonces[number] for number in range(40) if number not in refused}
        assert client.get("/sign-in").status_code == 200
        assert client.get("/api/v1/kiosk").json["sessions"]
        filler.unlink()
        for number in range(40):
            assert card(client, number, nonces[number]).json["status"] == "accepted"
        assert fresh(db).query(CheckIn).count() == 40
        assert db.query(Attendance).count() == 40


@contextmanager
def held(settings):
    """Somebody else writes, and takes their time."""
    holder = sqlite3.connect(settings.data_dir / "face-check-in.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


class TestDatabaseLocked:
    def test_visits_are_told_to_come_again_and_pages_stay(self, app, runtime, db, card, auth, instructor):
        auth.sign_in(instructor)
        token = kiosks.register(db, "Room 1", instructor)[1]
        session_id = db.query(ClassSession).one().id
        nonces = [str(uuid.uuid4()) for _ in range(20)]
        answers = {}

        def visit(number):
            answers[number] = card(app.test_client(), number, nonces[number])

        event.listen(runtime.database, "checkout", _impatient)
        with held(runtime.settings):
            visits = [threading.Thread(target=visit, args=(number,)) for number in range(20)]
            for one in visits:
                one.start()
            for path in (f"/sessions/{session_id}", "/"):
                assert auth.client.get(path).status_code == 200, "who only reads does not need the lock"
            kiosk = app.test_client()
            kiosk.set_cookie("kiosk", token)
            assert kiosk.get("/api/v1/kiosk").json["paired"] is True, "a note of when it was seen can wait"
            for one in visits:
                one.join()
        assert {(one.status_code, reason(one)) for one in answers.values()} == {(503, "busy")}
        assert all(one.headers["Retry-After"] for one in answers.values())
        assert fresh(db).query(CheckIn).count() == 0
        for number in range(20):
            visit(number)
        assert {one.json["status"] for one in answers.values()} == {"accepted"}
        assert fresh(db).query(Attendance).count() == 20
        visit(0)
        assert answers[0].json["status"] == "accepted"
        assert fresh(db).query(CheckIn).count() == 20

    def test_there_are_connections_for_every_thread(self, runtime):
        connections = [runtime.database.connect() for _ in range(runtime.settings.threads + BACKGROUND)]
        for connection in connections:
            connection.close()


def _impatient(connection, _record, _proxy):
    connection.execute("PRAGMA busy_timeout=700")


class TestDamagedModel:
    def test_a_roster_without_a_usable_model_gets_one_from_its_templates(
        self, settings, engine, demo_class, runtime, db
    ):
        course_id = demo_class.course.id
        for path in (settings.data_dir / "roster-models").rglob("*.sealed"):
            path.write_bytes(os.urandom(2000))
        assert runtime.live.get(course_id) is not None, "what was loaded before goes on serving"
        again = create_app(settings, engine=engine).extensions["face_checkin"]
        again.start()
        try:
            wait_until(lambda: again.live.get(course_id) is not None)
            model = again.live.get(course_id).model
            assert sorted(model.labels) == sorted(str(student_id) for student_id in demo_class.probes)
            version = roster_models.active_version(fresh(db), course_id)
            assert (version.number, version.kind) == (2, "updated")
        finally:
            again.stop()


class Clocks:
    """A clock that somebody sets, and one that runs on."""

    def __init__(self):
        self.wall, self.seconds = utc_now(), 0.0

    def run(self, seconds):
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    def steady(self):
        return SteadyClock(lambda: self.wall, lambda: self.seconds)


class TestClockJumps:
    @pytest.mark.parametrize("jump", [timedelta(days=1), -timedelta(days=1)])
    def test_what_cannot_be_undone_waits_until_the_clock_has_settled(self, jump):
        clocks = Clocks()
        clock = clocks.steady()
        clocks.run(60)
        assert clock.now() == clocks.wall
        clocks.wall += jump
        assert clock.now() is None
        clocks.run(SETTLES_IN.total_seconds() - 10)
        assert clock.now() is None
        clocks.run(20)
        assert clock.now() == clocks.wall

    def test_small_corrections_are_none(self):
        clocks = Clocks()
        clock = clocks.steady()
        for _ in range(10):
            clocks.run(60)
            clocks.wall += timedelta(seconds=20)
            assert clock.now() == clocks.wall

    def test_nobody_is_absent_by_a_clock_that_ran_ahead_for_a_moment(self, runtime, db, course):
        session = class_sessions.start(db, course)
        session.ends_at = utc_now() + timedelta(hours=1)
        db.commit()
        clocks = Clocks()
        ticking = SessionClock(runtime.sessions, every_s=0.01, clock=clocks.steady())
        ticking.start()
        clocks.wall += timedelta(hours=5)
        time.sleep(0.2)
        assert fresh(db).get(ClassSession, session.id).status == "open"
        clocks.wall -= timedelta(hours=5)
        time.sleep(0.1)
        clocks.run(SETTLES_IN.total_seconds() + 1)
        time.sleep(0.1)
        assert fresh(db).get(ClassSession, session.id).status == "open"
        clocks.run(3600)
        wait_until(lambda: fresh(db).get(ClassSession, session.id).status == "closed")
        ticking.stop()

    def test_counts_and_rests_from_the_future_lock_nobody_out(self, runtime, db, course, instructor):
        counts = DatabaseCounts(sessions=runtime.sessions)
        assert [counts.incr("key", 300) for _ in range(3)] == [1, 2, 3]
        row = fresh(db).query(RateCount).one()
        row.expires_at = utc_now() + timedelta(days=1)
        db.commit()
        assert counts.incr("key", 300) == 1
        student = courses.add_student(db, course, "1", "Student")
        pin = pins.set_new(db, student, instructor)
        session_id = class_sessions.start(db, course).id
        found = db.get(StudentPin, student.id)
        found.failures, found.locked_until = 9, utc_now() + timedelta(days=1)
        db.commit()
        assert pins.check(db, "1", pin, kiosk_id=None, session_id=session_id).id == student.id

    def test_a_code_shown_while_the_clock_ran_ahead_bars_no_later_one(self, runtime, db, course, instructor):
        student = courses.add_student(db, course, "1", "Student")
        phone, token = passes.issue_phone_link(db, runtime.vault, student, instructor)
        passes.take_phone(db, token)
        now = utc_now()
        for at in (now + timedelta(hours=1), now):
            shown = passes.shown(runtime.vault, phone, at).text
            assert passes.redeem(db, runtime.vault, shown, at).id == phone.id
            with pytest.raises(passes.CodeRefused, match="code_used"):
                passes.redeem(db, runtime.vault, shown, at)


def test_what_is_no_failure_of_storage_stays_an_error():
    assert meant_by(ValueError()) is None
    assert meant_by(OSError(2, "no such file")) is None
    assert meant_by(OSError(28, "no space left on device")).reason == "storage_full"
