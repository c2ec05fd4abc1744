"""Transactions and time on SQLite."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from server.db import writing
from server.models import Course, InstallationNote


def test_the_pragmas_that_everything_relies_on(db):
    assert db.scalar(text("PRAGMA journal_mode")) == "wal"
    assert db.scalar(text("PRAGMA foreign_keys")) == 1
    assert db.scalar(text("PRAGMA busy_timeout")) == 10_000
    assert db.scalar(text("PRAGMA synchronous")) == 2


def test_time_is_aware_utc(db):
    at = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    with writing(db):
        db.add(Course(code="A", name="A", time_zone="UTC", created_at=at))
    stored = db.scalars(select(Course)).one().created_at
    assert stored == at
    assert stored.tzinfo is UTC


def test_naive_time_is_refused(db):
    db.add(Course(code="A", name="A", time_zone="UTC", created_at=datetime(2026, 3, 2)))
    with pytest.raises(StatementError, match="without time zone"):
        db.flush()


def test_a_reader_can_write_after_another_has_written(runtime):
    with runtime.sessions() as one, runtime.sessions() as other:
        assert one.get(InstallationNote, "a") is None
        with writing(other):
            other.add(InstallationNote(key="a", value={}))
        with writing(one):
            assert one.get(InstallationNote, "a") is not None
            one.add(InstallationNote(key="b", value={}))
        assert other.get(InstallationNote, "b") is not None


def test_writers_wait_for_each_other(runtime):
    def add(number):
        with runtime.sessions() as db, writing(db):
            note = db.get(InstallationNote, "n")
            if note is None:
                db.add(InstallationNote(key="n", value={"n": 1}))
            else:
                note.value = {"n": note.value["n"] + 1}

    threads = [threading.Thread(target=add, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with runtime.sessions() as db:
        assert db.get(InstallationNote, "n").value == {"n": 20}


def test_an_error_undoes_everything(db):
    def fail():
        with writing(db):
            db.add(InstallationNote(key="a", value={}))
            db.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert db.get(InstallationNote, "a") is None


def test_an_inner_transaction_belongs_to_the_outer(db):
    def fail():
        with writing(db):
            with writing(db):
                db.add(InstallationNote(key="a", value={}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert db.get(InstallationNote, "a") is None


def test_foreign_keys_are_kept(db):
    with pytest.raises(IntegrityError), writing(db):
        db.execute(text("INSERT INTO course_instructor VALUES (77, 77)"))
