"""Visits that a kiosk kept: recorded once, at the time they happened, marked as not confirmed."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from server.models import Attendance, CheckIn, OutboxEvent, utc_now
from server.services import attendance, class_sessions, courses, exports, kiosks, passes, visits
from tests.server.people import Visitor, fresh, reason


@pytest.fixture
def session(db, course, enrol_face, runtime):
    """A session that began an hour ago; late after ten minutes."""
    enrol_face(course, "asha", "1")
    found = class_sessions.start(db, course, "Cells")
    found.starts_at = found.opened_at = utc_now() - timedelta(hours=1)
    db.commit()
    assert runtime.live.get(course.id, wait=30) is not None
    return found


@pytest.fixture
def kiosk(app, db, instructor, session):
    _, token = kiosks.register(db, "Room 204", instructor)
    client = app.test_client()
    client.set_cookie("kiosk", token)
    return Visitor(client, session.id)


def minutes_ago(minutes):
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def record_of(db):
    return fresh(db).query(Attendance).one()


class TestAMatch:
    def test_it_is_recorded_at_its_time_and_marked(self, kiosk, session, db, probes):
        at = minutes_ago(55)
        answer = kiosk.show(probes("asha")[:2], kept="true", captured_at=at)
        assert (answer.json["reason"], answer.json["status"]) == ("match", "accepted")
        record = record_of(db)
        assert (record.status, record.method, record.unconfirmed) == ("present", "face", True)
        assert record.recorded_at == datetime.fromisoformat(at)
        events = [event.payload for event in db.query(OutboxEvent).filter_by(type="attendance")]
        assert events[-1]["unconfirmed"] is True
        assert "(not confirmed)" in exports.session_csv(db, db.merge(session))

    def test_late_is_told_from_its_time(self, kiosk, db, probes):
        kiosk.show(probes("asha")[:2], kept="true", captured_at=minutes_ago(30))
        assert record_of(db).status == "late"

    def test_it_is_recorded_once(self, kiosk, db, probes):
        nonce, at = str(uuid.uuid4()), minutes_ago(55)
        first = kiosk.show(probes("asha")[:2], nonce, kept="true", captured_at=at)
        assert kiosk.show(probes("asha")[:2], nonce, kept="true", captured_at=at).json == first.json
        assert fresh(db).query(CheckIn).count() == 1

    def test_what_the_server_saw_before_it_went_away_is_completed(self, kiosk, db, probes):
        nonce, at = str(uuid.uuid4()), minutes_ago(55)
        assert kiosk.show(probes("asha")[:2], nonce, captured_at=at).json["status"] == "awaiting_answer"
        completed = kiosk.show(probes("asha")[:2], nonce, kept="true", captured_at=at)
        assert completed.json["status"] == "accepted"
        assert record_of(db).unconfirmed is True
        assert fresh(db).query(CheckIn).count() == 1

    def test_marking_by_hand_confirms_it(self, kiosk, session, db, probes, instructor):
        kiosk.show(probes("asha")[:2], kept="true", captured_at=minutes_ago(55))
        record = record_of(db)
        attendance.mark(db, db.merge(session), record.student, "present", instructor)
        assert record_of(db).unconfirmed is False


class TestASessionThatIsClosedMeanwhile:
    def test_an_absence_filled_in_gives_way(self, kiosk, session, db, probes, runtime, course):
        class_sessions.close(db, db.merge(session))
        runtime.live.look()
        assert runtime.live.get(course.id) is None, "a roster model is loaded while a session is open"
        assert record_of(db).status == "absent"
        answer = kiosk.show(probes("asha")[:2], kept="true", captured_at=minutes_ago(55))
        assert answer.json["reason"] == "match"
        assert record_of(db).status == "present"

    def test_a_status_set_by_hand_stays(self, kiosk, session, db, probes, instructor):
        class_sessions.close(db, db.merge(session))
        attendance.mark(db, db.merge(session), record_of(db).student, "absent", instructor)
        answer = kiosk.show(probes("asha")[:2], kept="true", captured_at=minutes_ago(55))
        assert answer.json["reason"] == "already_checked_in"
        assert (record_of(db).status, record_of(db).method) == ("absent", "manual")

    @pytest.mark.parametrize("minutes", [61, -1])
    def test_it_had_to_be_open_then(self, kiosk, session, db, probes, minutes):
        class_sessions.close(db, db.merge(session))
        answer = kiosk.show(probes("asha")[:2], kept="true", captured_at=minutes_ago(minutes))
        assert (answer.status_code, answer.json["reason"]) == (409, "session_closed")
        assert record_of(db).status == "absent"


def test_who_came_again_in_person_is_recorded_at_the_earlier_time_and_confirmed(kiosk, session, db, probes):
    match = kiosk.show(probes("asha")[:2])
    kiosk.answer(match.json["id"], "O")
    assert record_of(db).status == "late"
    kiosk.show(probes("asha")[:2], kept="true", captured_at=minutes_ago(55))
    record = record_of(db)
    assert (record.status, record.unconfirmed) == ("present", False)


def test_an_unknown_one_is_in_the_list_of_visits_at_its_time(kiosk, session, db, probes):
    at = minutes_ago(55)
    assert kiosk.show(probes("omar")[:2], kept="true", captured_at=at).json["reason"] == "unknown"
    (visit,) = visits.in_vain(fresh(db), db.merge(session))
    assert (visit.reason, visit.created_at) == ("unknown", datetime.fromisoformat(at))


class TestTrust:
    @pytest.mark.parametrize("minutes", [13 * 60, -10])
    def test_a_time_out_of_bounds_is_refused(self, kiosk, probes, minutes):
        answer = kiosk.show(probes("asha")[:1], kept="true", captured_at=minutes_ago(minutes))
        assert (answer.status_code, reason(answer)) == (400, "kept_out_of_time")

    def test_only_a_paired_kiosk_keeps_visits(self, visitor, demo_class):
        answer = visitor.show([b"x"], kept="true")
        assert reason(answer) == "kiosk_not_paired"

    def test_without_the_mark_the_kiosks_time_is_not_trusted(self, kiosk, db, probes):
        match = kiosk.show(probes("asha")[:2], captured_at=minutes_ago(55))
        kiosk.answer(match.json["id"], "O")
        assert record_of(db).status == "late"

    def test_the_limits_are_told_to_kiosks_only(self, kiosk, client):
        assert kiosk.client.get("/api/v1/kiosk").json["keeping"] == {"hours": 12, "visits": 200}
        assert client.get("/api/v1/kiosk").json["keeping"] is None


def test_codes_are_kept_too(kiosk, session, db, runtime, instructor, course):
    student = courses.add_student(db, course, "2", "Baek")
    made, token = passes.issue_phone_link(db, runtime.vault, student, instructor)
    passes.take_phone(db, token)
    then = utc_now() - timedelta(minutes=55)
    body = {
        "nonce": str(uuid.uuid4()),
        "session_id": session.id,
        "captured_at": then.isoformat(),
        "code": passes.shown(runtime.vault, made, then).text,
        "kept": True,
    }
    answer = kiosk.client.post("/api/v1/check-ins/codes", json=body)
    assert answer.json["reason"] == "match"
    record = record_of(db)
    assert (record.status, record.method, record.unconfirmed) == ("present", "phone", False)


class TestTheFiles:
    def test_the_worker_is_asked_for_anew_and_the_files_exist(self, client):
        with client.get("/kiosk-worker.js?v=1") as worker:
            assert worker.mimetype in {"text/javascript", "application/javascript"}
            assert worker.headers["Cache-Control"] == "no-cache"
        files = client.get("/kiosk-files.json").json["files"]
        assert len(files) > 10
        assert {name.rsplit("/", 1)[1] for name in files if name.startswith("/gestures/")} == {
            "model.json",
            "metadata.json",
            "meanings.json",
            "weights.bin",
        }
        assert not [name for name in files if "dashboard" in name or "/api/" in name]
        for name in files:
            with client.get(name) as answer:
                assert answer.status_code == 200, name
                assert "immutable" in answer.headers["Cache-Control"], name

    def test_below_a_prefix_every_address_is_below_it(self, app):
        prefix = {"SCRIPT_NAME": "/check-in"}
        files = app.test_client().get("/kiosk-files.json", environ_overrides=prefix).json["files"]
        assert all(name.startswith("/check-in/") for name in files)
