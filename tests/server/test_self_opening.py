"""Sessions that open and close by themselves."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.db import writing
from server.models import Attendance, ClassSession, OutboxEvent, utc_now
from server.services import class_sessions, course_settings, courses, planned_sessions, self_opening
from server.services.session_rules import SessionRules
from server.session_clock import SessionClock
from tests.server.people import fresh

NINE = datetime(2030, 3, 4, 9, 0, tzinfo=UTC)


def minutes(count):
    return timedelta(minutes=count)


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "1", "Ahn")


@pytest.fixture
def session(db, course, student):
    return class_sessions.schedule(db, course, NINE)


def state(db, session, now):
    self_opening.tick(db, now)
    return db.get(ClassSession, session.id).status


def statuses(db, session):
    return [one.status for one in db.scalars(select(Attendance).where(Attendance.session_id == session.id))]


def test_the_day_of_a_session(db, session):
    assert state(db, session, NINE - minutes(16)) == "scheduled"
    assert state(db, session, NINE - minutes(15)) == "open"
    assert session.opened_at == NINE - minutes(15)
    assert state(db, session, NINE + minutes(59)) == "open"
    assert statuses(db, session) == []
    assert state(db, session, NINE + minutes(60)) == "closed"
    assert session.closed_at == NINE + minutes(60)
    assert statuses(db, session) == ["absent"]
    events = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
    assert [event.payload["status"] for event in events] == ["open", "closed"]
    assert self_opening.tick(db, NINE + minutes(61)) == 0


def test_one_after_another(db, course, session):
    second = class_sessions.schedule(db, course, NINE + minutes(60))
    self_opening.tick(db, NINE)
    assert state(db, second, NINE + minutes(50)) == "scheduled"
    assert state(db, second, NINE + minutes(60)) == "open"
    assert session.status == "closed"


class TestAfterADowntime:
    def test_what_was_open_is_closed_as_of_its_end(self, db, session):
        self_opening.tick(db, NINE)
        assert state(db, session, NINE + timedelta(days=2)) == "closed"
        assert session.closed_at == NINE + minutes(60)
        assert statuses(db, session) == ["absent"]

    def test_what_could_not_be_opened_is_missed_and_nobody_is_absent(self, db, session):
        assert state(db, session, NINE + minutes(60)) == "missed"
        assert statuses(db, session) == []
        class_sessions.open_planned(db, session)
        assert session.status == "open"

    def test_what_is_under_way_opens_late(self, db, session):
        assert state(db, session, NINE + minutes(30)) == "open"
        assert session.late_from == NINE + minutes(10)


class TestByHand:
    def test_closed_by_hand_stays_closed(self, db, session):
        self_opening.tick(db, NINE)
        class_sessions.close(db, session)
        assert state(db, session, NINE + minutes(5)) == "closed"

    def test_opened_by_hand_it_closes_at_its_end(self, db, session):
        class_sessions.open_planned(db, session)
        assert state(db, session, NINE - minutes(60)) == "open"
        assert state(db, session, NINE + minutes(60)) == "closed"

    def test_opened_after_its_end_it_waits_for_a_hand(self, db, course):
        past = class_sessions.schedule(db, course, utc_now() - timedelta(hours=3))
        assert state(db, past, utc_now()) == "missed"
        class_sessions.open_planned(db, past)
        assert state(db, past, utc_now() + minutes(5)) == "open"

    def test_cancelled_never_opens(self, db, session):
        planned_sessions.cancel(db, session)
        assert state(db, session, NINE) == "cancelled"
        assert state(db, session, NINE + minutes(90)) == "cancelled"

    def test_a_session_started_by_hand_gives_way_and_is_not_forgotten(self, db, course):
        now = utc_now()
        endless = class_sessions.start(db, course)
        assert state(db, endless, now + timedelta(hours=11)) == "open"
        assert state(db, endless, now + timedelta(hours=13)) == "closed"
        endless = class_sessions.start(db, course)
        planned = class_sessions.schedule(db, course, now + timedelta(hours=2))
        assert state(db, endless, now + minutes(110)) == "open"
        assert state(db, endless, planned.starts_at) == "closed"
        assert planned.status == "open"

    def test_starting_one_just_before_a_planned_one_opens_that(self, db, course):
        planned = class_sessions.schedule(db, course, utc_now() + minutes(25))
        assert class_sessions.start(db, course, "Guest lecture").id == planned.id
        assert (planned.status, planned.title) == ("open", "Guest lecture")


def test_archived_courses_and_sessions_planned_before_are_left_alone(db, course, session):
    course_settings.archive(db, course)
    assert state(db, session, NINE) == "scheduled"
    course_settings.restore(db, course)
    with writing(db):
        session.opens_at = None
    assert state(db, session, NINE) == "scheduled"


def test_several_processes_open_it_once(runtime, db, course):
    session_id = class_sessions.schedule(db, course, NINE).id
    together = threading.Barrier(4)
    changed = []

    def process():
        with runtime.sessions() as own:
            together.wait()
            changed.append(self_opening.tick(own, NINE))

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(changed) == [0, 0, 0, 1]
    events = select(OutboxEvent).where(OutboxEvent.session_id == session_id)
    assert len(fresh(db).scalars(events).all()) == 1


def test_the_clock_ticks(runtime, db, course):
    session = class_sessions.schedule(db, course, utc_now())
    db.commit()
    clock = SessionClock(runtime.sessions, every_s=0.05)
    clock.start()
    for _ in range(100):
        if fresh(db).get(ClassSession, session.id).status == "open":
            break
        threading.Event().wait(0.05)
    clock.stop()
    assert fresh(db).get(ClassSession, session.id).status == "open"


def test_absent_after(db, course):
    rules = SessionRules(minutes=60, late_after=10, absent_after=30, opens_before=15)
    session = class_sessions.schedule(db, course, NINE, rules=rules)
    arrivals = [-5, 0, 9, 10, 29, 30, 59]
    assert [session.status_at(NINE + minutes(after)).value for after in arrivals] == [
        *["present"] * 3,
        *["late"] * 2,
        *["absent"] * 2,
    ]
