"""Student number and PIN: the same record, and hard to guess."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from server.models import Attendance, StudentPin, utc_now
from server.services import class_sessions, courses, kiosks, pins
from tests.server.people import fresh, reason


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "20260001", "Ahn")


@pytest.fixture
def session(db, course):
    return class_sessions.start(db, course, "Cells")


@pytest.fixture
def kiosk(app, db, instructor):
    _, token = kiosks.register(db, "Room 204", instructor)
    client = app.test_client()
    client.set_cookie("kiosk", token)
    return client


@pytest.fixture
def pin(db, student, instructor):
    return pins.set_new(db, student, instructor)


def enter(kiosk, session, number, pin, nonce=None):
    body = {
        "nonce": nonce or str(uuid.uuid4()),
        "session_id": session.id,
        "captured_at": datetime.now(UTC).isoformat(),
        "number": number,
        "pin": pin,
    }
    return kiosk.post("/api/v1/check-ins/pins", json=body)


def wrong(pin):
    return f"{(int(pin) + 1) % 1_000_000:06}"


def test_it_records_the_arrival_with_its_method(kiosk, session, db, student, pin):
    answer = enter(kiosk, session, " 20260001 ", pin)
    assert (answer.json["reason"], answer.json["status"]) == ("match", "accepted")
    record = fresh(db).query(Attendance).one()
    assert (record.student_id, record.status, record.method) == (student.id, "present", "pin")
    assert record.check_in_id == answer.json["id"]


def test_a_wrong_pin_and_an_unknown_number_are_answered_alike(kiosk, session, db, pin):
    one, other = enter(kiosk, session, "20260001", wrong(pin)), enter(kiosk, session, "no such", pin)
    assert one.status_code == other.status_code == 422
    assert one.json["reason"] == other.json["reason"] == "pin_wrong"
    assert fresh(db).query(Attendance).count() == 0


def test_it_is_hashed_like_a_password(db, student, pin):
    stored = pins.of(db, student).pin_hash
    assert stored.startswith("$argon2id$")
    assert pin not in stored


def test_a_students_pin_rests_after_some_wrong_tries_and_longer_each_time(kiosk, session, db, student, pin):
    for _ in range(pins.TRIES):
        assert enter(kiosk, session, "20260001", wrong(pin)).json["reason"] == "pin_wrong"
    resting = enter(kiosk, session, "20260001", pin)
    assert (resting.status_code, reason(resting)) == (429, "too_many_tries")
    assert 1 <= int(resting.headers["Retry-After"]) <= 61
    stored = fresh(db).get(StudentPin, student.id)
    stored.locked_until = utc_now() - timedelta(seconds=1)
    db.commit()
    enter(kiosk, session, "20260001", wrong(pin))
    assert fresh(db).get(StudentPin, student.id).locked_until - utc_now() > pins.REST
    stored = db.get(StudentPin, student.id)
    stored.locked_until = None
    db.commit()
    assert enter(kiosk, session, "20260001", pin).json["reason"] == "match"
    assert fresh(db).get(StudentPin, student.id).failures == 0


def test_a_kiosk_takes_no_pins_after_many_wrong_ones_of_anybody(
    kiosk, session, monkeypatch, pin, app, db, instructor
):
    monkeypatch.setattr(pins, "KIOSK_TRIES", 3)
    for number in range(3):
        assert enter(kiosk, session, f"guess {number}", "000000").json["reason"] == "pin_wrong"
    assert reason(enter(kiosk, session, "20260001", pin)) == "too_many_tries"
    _, token = kiosks.register(fresh(db), "Room 205", instructor)
    next_door = app.test_client()
    next_door.set_cookie("kiosk", token)
    assert enter(next_door, session, "20260001", pin).json["reason"] == "match"


def test_the_same_nonce_gives_the_same_answer_and_is_no_second_try(kiosk, session, db, student, pin):
    nonce = str(uuid.uuid4())
    first = enter(kiosk, session, "20260001", wrong(pin), nonce)
    assert enter(kiosk, session, "20260001", pin, nonce).json == first.json
    assert fresh(db).get(StudentPin, student.id).failures == 1


@pytest.mark.parametrize(("number", "pin"), [("", "1"), ("1", ""), (1, "1"), ("1", None)])
def test_what_is_missing_is_refused(kiosk, session, number, pin):
    assert reason(enter(kiosk, session, number, pin)) == "invalid_pin"


def test_the_instructor_sets_shows_once_and_removes_it(auth, course, student, instructor, kiosk, session, db):
    auth.sign_in(instructor)
    url = f"/courses/{course.id}/students/{student.id}"
    page = auth.client.post(f"{url}/pin", data={"csrf_token": auth.token()}).text
    pin = page.split('id="new-pin">')[1].split("<")[0]
    assert len(pin) == pins.DIGITS
    assert pin not in auth.client.get(url).text
    auth.client.post(f"{url}/pin/removal", data={"csrf_token": auth.token()})
    assert enter(kiosk, session, "20260001", pin).json["reason"] == "pin_wrong"
    assert pins.of(fresh(db), student) is None
