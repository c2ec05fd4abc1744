"""Coming after the time from which on an arrival counts as absent."""

import uuid
from datetime import timedelta

import pytest

from server.db import writing
from server.models import Attendance, utc_now
from server.services import attendance, class_sessions, courses, kiosks, pins
from tests.server.people import fresh


@pytest.fixture
def session(db, course):
    session = class_sessions.start(db, course)
    with writing(db):
        session.starts_at = utc_now() - timedelta(minutes=31)
        session.absent_after_minutes = 30
    return session


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "1", "Ahn")


@pytest.fixture
def come(app, db, instructor, session, student):
    """The student at a kiosk, with a PIN."""
    pin = pins.set_new(db, student, instructor)
    client = app.test_client()
    client.set_cookie("kiosk", kiosks.register(db, "Room 204", instructor)[1])

    def come():
        body = {"nonce": str(uuid.uuid4()), "session_id": session.id, "captured_at": utc_now().isoformat()}
        return client.post("/api/v1/check-ins/pins", json=body | {"number": "1", "pin": pin}).json

    return come


def test_it_is_recorded_as_absent_with_the_time_and_the_way(db, come):
    answer = come()
    assert (answer["reason"], answer["attendance"]["status"]) == ("match", "absent")
    record = fresh(db).query(Attendance).one()
    assert (record.status, record.method) == ("absent", "pin")
    assert utc_now() - record.recorded_at < timedelta(minutes=1)


def test_coming_again_changes_nothing(db, come):
    first = come()["attendance"]
    again = come()
    assert again["reason"] == "already_checked_in"
    assert again["attendance"] == first
    assert fresh(db).query(Attendance).count() == 1


def test_closing_keeps_it_and_the_instructor_may_change_it(db, come, session, student, instructor):
    come()
    class_sessions.close(db, session)
    assert fresh(db).query(Attendance).one().method == "pin"
    assert attendance.mark(db, session, student, "late", instructor).status == "late"
