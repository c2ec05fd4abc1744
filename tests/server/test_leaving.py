"""Checking out: who left when, and who left early."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.db import writing
from server.models import Attendance, AttendanceChange, ClassSession, utc_now
from server.services import (
    attendance,
    class_sessions,
    course_settings,
    courses,
    kiosks,
    pins,
    self_opening,
)
from server.services.course_settings import CourseSettings
from server.services.session_rules import SessionRules
from tests.server.people import fresh

RULES = SessionRules(60, 10, None, 15, check_out=True, minimum_stay=45)


def minutes(count):
    return timedelta(minutes=count)


@pytest.fixture
def session(db, course):
    """An hour that began 50 minutes ago."""
    course_settings.change(db, course, CourseSettings("CS101", "Seeing machines", "Asia/Seoul", RULES))
    session = class_sessions.schedule(db, course, utc_now() - minutes(50))
    class_sessions.open_planned(db, session)
    return session


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "1", "Ahn")


@pytest.fixture
def come(app, db, instructor, session, student):
    """The student at a kiosk, with a PIN; `back` says how many minutes ago the earlier arrival was."""
    pin = pins.set_new(db, student, instructor)
    client = app.test_client()
    client.set_cookie("kiosk", kiosks.register(db, "Room 204", instructor)[1])

    def come(back=None):
        if back is not None:
            with writing(db):
                record(db).recorded_at = utc_now() - minutes(back)
        body = {"nonce": str(uuid.uuid4()), "session_id": session.id, "captured_at": utc_now().isoformat()}
        answer = client.post("/api/v1/check-ins/pins", json=body | {"number": "1", "pin": pin})
        assert answer.status_code == 200, answer.text
        return answer.json

    return come


def record(db) -> Attendance:
    return fresh(db).scalars(select(Attendance)).one()


def test_leaving_after_the_minimum_stay(db, come):
    come()
    answer = come(back=48)
    assert (answer["reason"], answer["attendance"]["status"]) == ("match", "present")
    assert answer["attendance"]["left_at"] is not None
    assert record(db).left_at - record(db).recorded_at >= minutes(48)
    (entry,) = attendance.live_roster(db, db.get(ClassSession, record(db).session_id))
    assert entry.as_json()["left_at"] == record(db).left_at.isoformat()
    sources = [one.source for one in db.scalars(select(AttendanceChange).order_by(AttendanceChange.id))]
    assert sources == ["arrival", "leaving"]


def test_leaving_before_it_is_early_and_the_last_visit_counts(db, come, session):
    come()
    assert come(back=44)["attendance"]["status"] == "left_early"
    with writing(db):
        record(db).left_at = utc_now() - minutes(10)
        record(db).recorded_at = utc_now() - minutes(46)
    assert come()["attendance"]["status"] == "present"


def test_the_stay_counts_from_the_start_of_the_session(db, come, session):
    with writing(db):
        session.starts_at = utc_now() - minutes(40)
        session.ends_at = utc_now() + minutes(20)
    come()
    assert come(back=50)["attendance"]["status"] == "left_early"


def test_who_is_late_stays_late_and_may_leave_at_the_end(db, come, session):
    come()
    assert record(db).status == "late"
    with writing(db):
        session.ends_at = utc_now() - minutes(1)
    answer = come(back=20)
    assert (answer["attendance"]["status"], answer["reason"]) == ("late", "match")


def test_a_visit_soon_after_the_first_is_no_leaving(db, come):
    first = come()
    again = come(back=4)
    assert again["reason"] == "already_checked_in"
    assert again["attendance"]["left_at"] is None
    assert again["attendance"]["check_out_from"] is not None
    assert first["attendance"]["status"] == record(db).status


def test_a_course_without_check_out_takes_a_second_visit_as_before(db, come, session):
    with writing(db):
        session.check_out = False
    come()
    again = come(back=48)
    assert again["reason"] == "already_checked_in"
    assert again["attendance"]["check_out_from"] is None
    assert record(db).left_at is None


def test_a_status_set_by_hand_stays_but_the_leaving_is_noted(db, come, session, student, instructor):
    attendance.mark(db, session, student, "present", instructor)
    assert come(back=20)["attendance"]["status"] == "present"
    assert record(db).left_at is not None


class TestClosing:
    def test_without_a_check_out_it_is_leaving_early(self, db, come, session):
        come()
        self_opening.tick(db, session.ends_at + minutes(14))
        assert db.get(ClassSession, session.id).status == "open"
        self_opening.tick(db, session.ends_at + minutes(15))
        assert session.closed_at == session.ends_at + minutes(15)
        assert record(db).status == "left_early"

    def test_who_checked_out_and_who_was_marked_by_hand_stay(self, db, come, session, course, instructor):
        come()
        come(back=48)
        marked = courses.add_student(db, course, "2", "Bae")
        attendance.mark(db, session, marked, "present", instructor)
        self_opening.tick(db, session.ends_at + minutes(15))
        assert {one.status for one in db.scalars(select(Attendance))} == {"present"}

    def test_a_session_closed_before_its_end_is_nobodys_fault(self, db, come, session):
        come()
        class_sessions.close(db, session)
        assert record(db).status == "late"

    def test_the_next_session_begins_on_time(self, db, come, session, course):
        come()
        following = class_sessions.schedule(db, course, session.ends_at + minutes(5))
        self_opening.tick(db, following.starts_at - minutes(1))
        assert (session.status, following.status) == ("open", "scheduled")
        self_opening.tick(db, following.starts_at)
        assert (session.status, following.status) == ("closed", "open")
