"""Saying who a visit without a result was."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from server.exceptions import Conflict, NotFound
from server.models import CheckIn, OutboxEvent, utc_now
from server.services import (
    attendance,
    attendance_log,
    class_sessions,
    courses,
    personal_data,
    visit_resolution,
    visits,
)


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(n), name) for n, name in enumerate(["Ahn", "Bae"])]


@pytest.fixture
def session(db, course, students):
    return class_sessions.start(db, course)


def strange_visit(db, session, *, minutes=0, reason="unknown", status="final"):
    at = session.starts_at + timedelta(minutes=minutes)
    visit = CheckIn(
        id=str(uuid.uuid4()),
        nonce=str(uuid.uuid4()),
        session_id=session.id,
        status=status,
        reason=reason,
        problems=[],
        captured_at=at,
        created_at=at,
        http_status=200,
        response={},
    )
    db.add(visit)
    db.commit()
    return visit.id


def test_the_student_is_recorded_as_of_the_visit(db, session, students, instructor):
    visit = strange_visit(db, session, minutes=12)
    assert visit_resolution.resolve(db, session, visit, students[0], instructor)
    record = attendance.find(db, session, students[0].id)
    assert (record.status, record.method, record.marked_by) == ("late", "manual", instructor.id)
    assert record.recorded_at == session.starts_at + timedelta(minutes=12)
    assert attendance_log.history(db, session.id, students[0].id)[0].source == "visit"
    (told,) = visits.in_vain(db, session)
    assert (told.student.name, told.resolved_by) == ("Ahn", "Kim")
    event = db.query(OutboxEvent).filter_by(type="visit_resolved").one()
    assert event.payload["student"]["name"] == "Ahn"
    told = [one.type for one in personal_data.events_about(db, students[0].id)]
    assert told == ["attendance", "visit_resolved"]


def test_who_was_here_before_stays_as_recorded(db, session, students, instructor):
    attendance.mark(db, session, students[0], "present", instructor, at=utc_now())
    before = attendance_log.snapshot(attendance.find(db, session, students[0].id))
    visit = strange_visit(db, session, minutes=30)
    assert not visit_resolution.resolve(db, session, visit, students[0], instructor)
    assert attendance_log.snapshot(attendance.find(db, session, students[0].id)) == before
    assert visits.in_vain(db, session)[0].student.id == students[0].id


def test_a_visit_of_another_session_or_with_a_result_is_not_there(db, course, session, students, instructor):
    visit = strange_visit(db, session)
    matched = strange_visit(db, session, reason="match", status="accepted")
    class_sessions.close(db, session)
    other = class_sessions.start(db, course)
    for where, which in ((other, visit), (session, matched), (session, "nothing")):
        with pytest.raises(NotFound, match="visit_not_found"):
            visit_resolution.resolve(db, where, which, students[0], instructor)


def test_two_at_once_resolve_it_once(db, session, students, instructor, runtime):
    visit = strange_visit(db, session)
    db.commit()

    def resolve(number):
        with runtime.sessions() as own:
            here, student, by = (own.merge(one) for one in (session, students[number % 2], instructor))
            try:
                visit_resolution.resolve(own, here, visit, student, by)
            except Conflict as conflict:
                return conflict.reason
            return "done"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(resolve, range(4)))
    assert answers == ["done"] + ["visit_resolved"] * 3
    db.rollback()
    assert sum(attendance.find(db, session, one.id) is not None for one in students) == 1
