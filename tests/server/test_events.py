"""Server-sent events from the outbox."""

import json
import threading
import time
from datetime import timedelta

import pytest

from server.event_stream import EventStream
from server.exceptions import NotReady
from server.models import Account, ClassSession, OutboxEvent, Student, utc_now
from server.services import attendance, class_sessions, courses, outbox
from server.views.api import events as events_view
from tests.server.people import make_account, reason


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(n), f"Student {n}") for n in range(6)]


@pytest.fixture
def session(db, course, students):
    return class_sessions.start(db, course)


@pytest.fixture
def mark(db, session, students, instructor):
    return lambda n, status="present": attendance.mark(db, session, students[n], status, instructor)


@pytest.fixture
def stream(runtime):
    stream = EventStream(runtime.sessions, limit=3, interval=0.02)
    yield stream
    stream.stop()


def take(events, number):
    found = []
    for event in events:
        if event is not None:
            found.append(event)
        if len(found) == number:
            return found
    return found


class TestStream:
    def test_live_events_come_at_once(self, stream, session, mark):
        subscription = stream.subscribe(session.id, None)
        mark(0)
        began = time.monotonic()
        (event,) = take(subscription.events(5), 1)
        assert time.monotonic() - began < 0.5
        assert event.type == "attendance"
        assert event.payload["student"]["name"] == "Student 0"
        assert event.payload["counts"]["present"] == 1

    def test_what_was_missed_comes_first_and_nothing_twice(self, stream, session, mark):
        first = mark(0)
        assert first.status == "present"
        subscription = stream.subscribe(session.id, 1)
        mark(1)
        mark(2)
        events = take(subscription.events(5), 3)
        assert [event.payload["student"]["name"][-1] for event in events] == ["0", "1", "2"]
        assert [event.id for event in events] == [2, 3, 4]
        subscription.close()
        again = stream.subscribe(session.id, 3)
        assert [event.id for event in take(again.events(5), 1)] == [4]

    def test_only_ones_own_session(self, stream, db, session, mark, administrator):
        other = courses.create(db, administrator, "X", "Other", "UTC", 5)
        subscription = stream.subscribe(session.id, None)
        class_sessions.start(db, other)
        mark(0)
        (event,) = take(subscription.events(5), 1)
        assert event.session_id == session.id

    def test_silence_is_told(self, stream, session):
        assert next(stream.subscribe(session.id, None).events(0.05)) is None

    def test_the_poller_rests_when_nobody_listens(self, stream, session):
        subscription = stream.subscribe(session.id, None)
        (poller,) = [one for one in threading.enumerate() if one.name == "event-stream"]
        subscription.close()
        poller.join(2)
        assert not poller.is_alive()

    def test_it_comes_back_for_the_next(self, stream, session, mark):
        stream.subscribe(session.id, None).close()
        time.sleep(0.1)
        subscription = stream.subscribe(session.id, None)
        mark(0)
        assert take(subscription.events(5), 1)

    def test_places_are_limited(self, stream, session):
        places = [stream.subscribe(session.id, None) for _ in range(3)]
        with pytest.raises(NotReady, match="too_many_streams"):
            stream.subscribe(session.id, None)
        places[0].close()
        stream.subscribe(session.id, None)

    def test_stopping_ends_every_stream(self, stream, session):
        subscription = stream.subscribe(session.id, None)
        ended = threading.Thread(target=lambda: list(subscription.events(30)))
        ended.start()
        stream.stop()
        ended.join(2)
        assert not ended.is_alive()

    def test_who_is_too_slow_is_let_go_and_can_come_back(self, stream, session, db):
        subscription = stream.subscribe(session.id, None)
        events = subscription.events(5)
        db.add_all(
            OutboxEvent(course_id=session.course_id, session_id=session.id, type="visit", payload={"n": n})
            for n in range(700)
        )
        db.commit()
        deadline = time.monotonic() + 10
        while stream.listening and not subscription.ended and time.monotonic() < deadline:
            time.sleep(0.01)
        seen = take(events, 10_000)
        rest = take(stream.subscribe(session.id, seen[-1].id if seen else 1).events(0.5), 700 - len(seen))
        assert [event.payload["n"] for event in seen + rest] == list(range(700))

    def test_nothing_is_lost_while_subscribing(self, runtime, stream, db, session, students, instructor):
        """Events that commit between the replay and the live stream arrive exactly once."""
        started = threading.Event()
        ids, marker, session_id = [one.id for one in students], instructor.id, session.id
        db.commit()

        def keep_marking():
            with runtime.sessions() as own:
                room, by = own.get(ClassSession, session_id), own.get(Account, marker)
                for n in range(60):
                    student = own.get(Student, ids[n % 6])
                    attendance.mark(own, room, student, ("present", "late")[n % 2], by)
                    started.set()

        writer = threading.Thread(target=keep_marking)
        writer.start()
        started.wait()
        events = take(stream.subscribe(session_id, 1).events(5), 60)
        writer.join()
        assert [event.id for event in events] == list(range(2, 62))


class TestApi:
    def open(self, auth, url, **headers):
        return auth.client.get(url, headers=headers, buffered=False)

    def test_the_stream(self, auth, session, mark, instructor, monkeypatch):
        monkeypatch.setattr(events_view, "HEARTBEAT_S", 0.05)
        mark(0)
        response = self.open(
            auth.sign_in(instructor), f"/api/v1/events?session_id={session.id}&last_event_id=1"
        )
        assert response.status_code == 200
        assert response.mimetype == "text/event-stream"
        assert response.headers["X-Accel-Buffering"] == "no"
        chunks = response.iter_encoded()
        assert next(chunks) == b"retry: 1000\n\n"
        ident, kind, data, *_ = next(chunks).decode().split("\n")
        assert (ident, kind) == ("id: 2", "event: attendance")
        assert json.loads(data.removeprefix("data: "))["status"] == "present"
        assert next(chunks).startswith(b":")
        response.close()

    def test_the_browsers_header_wins(self, auth, session, mark, instructor):
        mark(0)
        mark(1)
        url = f"/api/v1/events?session_id={session.id}&last_event_id=1"
        response = self.open(auth.sign_in(instructor), url, **{"Last-Event-ID": "2"})
        chunks = response.iter_encoded()
        next(chunks)
        assert next(chunks).startswith(b"id: 3\n")
        response.close()

    def test_closing_gives_the_place_back(self, auth, session, instructor, runtime):
        response = self.open(auth.sign_in(instructor), f"/api/v1/events?session_id={session.id}")
        assert runtime.events.listening == 1
        response.close()
        assert runtime.events.listening == 0

    def test_a_stream_ends_so_that_the_browser_is_asked_anew(self, auth, session, instructor, monkeypatch):
        monkeypatch.setattr(events_view, "HEARTBEAT_S", 0.01)
        monkeypatch.setattr(events_view, "LIFETIME_S", 0.05)
        response = self.open(auth.sign_in(instructor), f"/api/v1/events?session_id={session.id}")
        assert b"retry" in b"".join(response.iter_encoded())
        response.close()

    def test_who_may_not_see_it(self, app, auth, session, db):
        url = f"/api/v1/events?session_id={session.id}"
        stranger = make_account(db, "lee@school.example")
        response = app.test_client().get(url)
        assert (response.status_code, reason(response)) == (401, "sign_in_required")
        response = auth.sign_in(stranger).client.get(url)
        assert (response.status_code, reason(response)) == (404, "session_not_found")
        assert auth.client.get("/api/v1/events?session_id=x").status_code == 400

    def test_too_many(self, auth, session, instructor, runtime, monkeypatch):
        monkeypatch.setattr(runtime.events, "_limit", 0)
        response = auth.sign_in(instructor).client.get(f"/api/v1/events?session_id={session.id}")
        assert (response.status_code, reason(response)) == (503, "too_many_streams")
        assert int(response.headers["Retry-After"]) > 0


def test_old_events_go_and_whoever_reads_on_misses_nothing(db, session, mark):
    mark(0)
    mark(1)
    known = outbox.last_id(db)
    assert outbox.prune(db, utc_now() - timedelta(days=30)) == 0
    assert outbox.prune(db, utc_now() + timedelta(seconds=1)) > 0
    assert outbox.last_id(db) == known
    mark(2)
    (news,) = outbox.after(db, known, session.id)
    assert news.payload["student"]["name"] == "Student 2"
