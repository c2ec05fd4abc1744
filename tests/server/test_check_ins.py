"""From a visit to a recorded attendance."""

import io
import uuid
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from recognition.roster_model import Decision
from server.models import (
    Attendance,
    CheckIn,
    ClassSession,
    Enrolment,
    OutboxEvent,
    utc_now,
)
from server.services import attendance, check_ins, class_sessions, courses, kiosks
from server.services.check_ins import Visit
from tests.server.people import Visitor, fresh, reason


def picture(width=640, height=480, colour=(90, 120, 140), form="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form)
    return out.getvalue()


def count(db, table, *where):
    return fresh(db).scalar(select(func.count()).select_from(table).where(*where))


class TestDecision:
    def test_a_student_is_recognised_and_asked(self, visitor, demo_class):
        student_id = demo_class.student_of(0)
        response = visitor.show(demo_class.probes[student_id][:3])
        assert response.status_code == 200, response.data
        body = response.json
        assert body["reason"] == "match"
        assert body["status"] == "awaiting_answer"
        assert body["student"]["id"] == student_id
        assert body["session"]["id"] == demo_class.session.id
        assert body["confidence"] in {"high", "fair"}

    def test_everybody_of_the_class_is_recognised(self, visitor, demo_class):
        missed = []
        for student_id, frames in demo_class.probes.items():
            body = visitor.show(frames[:5]).json
            if body["reason"] != "match" or body["student"]["id"] != student_id:
                missed.append((student_id, body))
        assert not missed

    def test_nothing_is_recorded_before_the_answer(self, visitor, demo_class, db):
        visitor.show(demo_class.probes[demo_class.student_of(0)][:3])
        assert count(db, Attendance) == 0
        assert count(db, OutboxEvent, OutboxEvent.type == "attendance") == 0

    def test_a_stranger_is_unknown(self, visitor, demo_class, db, course, enrol_face, probes, runtime):
        enrol_face(course, "dana", "1")
        enrol_face(course, "omar", "2")
        session = class_sessions.start(db, course)
        runtime.live.look()
        course.is_demo = True  # so that any browser may use it
        db.commit()
        response = Visitor(visitor.client, session.id).show(probes("leo")[:3])
        assert (response.status_code, reason(response)) == (200, "unknown")
        assert response.json["status"] == "final"
        assert "student" not in response.json
        assert count(db, Attendance, Attendance.session_id == session.id) == 0

    def test_somebody_who_left_is_not_on_the_roster(self, visitor, demo_class, db):
        student_id = demo_class.student_of(1)
        enrolment = db.query(Enrolment).filter_by(student_id=student_id).one()
        courses.drop_student(db, demo_class.course, enrolment.student)
        response = visitor.show(demo_class.probes[student_id][:3])
        assert (response.status_code, reason(response)) == (200, "not_on_roster")
        assert "student" not in response.json

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_an_empty_room_has_no_face(self, visitor, form):
        response = visitor.show([picture(form=form)])
        assert (response.status_code, reason(response)) == (422, "no_face")
        assert response.json["message"]

    def test_a_bad_picture_says_what_is_wrong(self, visitor, demo_class, db):
        nonce = str(uuid.uuid4())
        visit = Visit(nonce, demo_class.session.id, None, utc_now())
        check_ins.record(db, visit, Decision("low_quality", problems=("blurred", "too_small")))
        response = visitor.show([picture()], nonce)
        assert (response.status_code, reason(response)) == (422, "low_quality")
        assert response.json["problems"] == ["blurred", "too_small"]
        assert response.json["message"]

    def test_two_people_are_too_many(self, visitor, demo_class):
        left, right = (
            Image.open(io.BytesIO(demo_class.probes[demo_class.student_of(n)][3])).resize((640, 480))
            for n in (0, 4)
        )
        both = Image.new("RGB", (1280, 480))
        both.paste(left, (0, 0))
        both.paste(right, (640, 0))
        out = io.BytesIO()
        both.save(out, "JPEG", quality=92)
        response = visitor.show([out.getvalue()])
        assert (response.status_code, reason(response)) == (422, "several_faces")

    def test_a_closed_session_takes_nobody(self, visitor, demo_class, db):
        class_sessions.close(db, demo_class.session)
        response = visitor.show(demo_class.probes[demo_class.student_of(0)][:1])
        assert (response.status_code, reason(response)) == (409, "session_closed")

    def test_every_visit_that_is_no_match_is_told_to_the_dashboard(self, visitor, db):
        visitor.show([picture()])
        (event,) = fresh(db).scalars(select(OutboxEvent).where(OutboxEvent.type == "visit"))
        assert event.payload["reason"] == "no_face"
        assert event.payload["created_at"].endswith("+00:00")


class TestAnswer:
    def arrive(self, visitor, demo_class, number=0):
        return visitor.show(demo_class.probes[demo_class.student_of(number)][:3]).json["id"]

    def test_o_records_presence_with_its_event(self, visitor, demo_class, db):
        check_in_id = self.arrive(visitor, demo_class)
        response = visitor.answer(check_in_id, "O")
        assert response.status_code == 200
        assert response.json["status"] == "accepted"
        assert response.json["attendance"]["status"] == "present"
        record = fresh(db).scalars(select(Attendance)).one()
        assert record.student_id == demo_class.student_of(0)
        assert record.method == "face"
        assert record.check_in_id == check_in_id
        assert record.recorded_at.tzinfo is not None
        event = fresh(db).scalars(select(OutboxEvent).where(OutboxEvent.type == "attendance")).one()
        assert event.payload["student"]["id"] == record.student_id
        assert event.payload["counts"] == {
            "present": 1,
            "late": 0,
            "absent": 0,
            "excused": 0,
            "left_early": 0,
            "waiting": 9,
        }

    def test_x_discards(self, visitor, demo_class, db):
        response = visitor.answer(self.arrive(visitor, demo_class), "X")
        assert response.json["status"] == "discarded"
        assert count(db, OutboxEvent, OutboxEvent.payload["reason"].as_string() == "discarded") == 1
        assert count(db, Attendance) == 0

    def test_the_same_answer_again_is_the_same(self, visitor, demo_class, db):
        check_in_id = self.arrive(visitor, demo_class)
        first = visitor.answer(check_in_id, "O")
        second = visitor.answer(check_in_id, "O")
        assert (second.status_code, second.json) == (first.status_code, first.json)
        assert count(db, Attendance) == 1
        assert count(db, OutboxEvent, OutboxEvent.type == "attendance") == 1

    def test_another_answer_later_is_refused(self, visitor, demo_class):
        check_in_id = self.arrive(visitor, demo_class)
        visitor.answer(check_in_id, "X")
        response = visitor.answer(check_in_id, "O")
        assert (response.status_code, reason(response)) == (409, "already_answered")

    def test_after_a_minute_it_is_too_late(self, visitor, demo_class, db):
        check_in_id = self.arrive(visitor, demo_class)
        check_in = fresh(db).get(CheckIn, check_in_id)
        assert timedelta(seconds=50) < check_in.expires_at - utc_now() <= timedelta(seconds=60)
        check_in.expires_at = utc_now() - timedelta(seconds=1)
        db.commit()
        for _ in range(2):
            response = visitor.answer(check_in_id, "O")
            assert (response.status_code, reason(response)) == (410, "answer_expired")
        assert count(db, Attendance) == 0
        assert fresh(db).get(CheckIn, check_in_id).status == "expired"

    def test_an_unknown_visit_is_not_found(self, visitor):
        response = visitor.answer(str(uuid.uuid4()), "O")
        assert (response.status_code, reason(response)) == (404, "check_in_not_found")

    def test_a_final_visit_has_nothing_to_answer(self, visitor):
        check_in_id = visitor.show([picture()]).json["id"]
        response = visitor.answer(check_in_id, "O")
        assert (response.status_code, reason(response)) == (409, "nothing_to_answer")

    def test_a_session_closed_meanwhile_records_nothing(self, visitor, demo_class, db):
        check_in_id = self.arrive(visitor, demo_class)
        class_sessions.close(db, demo_class.session)
        response = visitor.answer(check_in_id, "O")
        assert (response.status_code, reason(response)) == (409, "session_closed")
        assert count(db, Attendance, Attendance.status == "present") == 0

    @pytest.mark.parametrize("body", [None, [], {}, {"answer": "Y"}, {"answer": 1}, {"answer": ["O"]}])
    def test_nonsense_is_refused(self, visitor, demo_class, body):
        check_in_id = self.arrive(visitor, demo_class)
        response = visitor.client.post(f"/api/v1/check-ins/{check_in_id}/answer", json=body)
        assert response.status_code == 400
        assert reason(response) in {"invalid_json", "answer_invalid"}

    def test_the_second_visit_is_already_checked_in(self, visitor, demo_class, db):
        accepted = visitor.answer(self.arrive(visitor, demo_class), "O").json
        body = visitor.show(demo_class.probes[demo_class.student_of(0)][1:4]).json
        assert body["reason"] == "already_checked_in"
        assert body["status"] == "final"
        assert body["student"]["id"] == demo_class.student_of(0)
        assert body["attendance"] == accepted["attendance"]
        assert count(db, Attendance) == 1

    def test_coming_late_counts_from_the_start_of_the_session(self, visitor, demo_class, db):
        session = db.get(ClassSession, demo_class.session.id)
        session.starts_at = utc_now() - timedelta(minutes=11)
        session.late_after_minutes = 10
        db.commit()
        response = visitor.answer(self.arrive(visitor, demo_class), "O")
        assert response.json["attendance"]["status"] == "late"

    def test_who_was_marked_absent_and_comes_is_there(self, visitor, demo_class, db, instructor):
        student = db.query(Enrolment).filter_by(student_id=demo_class.student_of(0)).one().student
        attendance.mark(db, demo_class.session, student, "absent", instructor)
        body = visitor.show(demo_class.probes[student.id][:3]).json
        assert body["reason"] == "match"
        assert visitor.answer(body["id"], "O").json["attendance"]["status"] == "present"


class TestReplay:
    def test_the_same_nonce_gives_the_same_answer_and_changes_nothing(self, visitor, demo_class, db):
        nonce = str(uuid.uuid4())
        frames = demo_class.probes[demo_class.student_of(0)][:3]
        first = visitor.show(frames, nonce)
        visitor.answer(first.json["id"], "O")
        again = visitor.show(demo_class.probes[demo_class.student_of(3)][:2], nonce)
        assert (again.status_code, again.json) == (first.status_code, first.json)
        assert count(db, CheckIn) == 1

    @pytest.mark.parametrize("frame", [b"no picture", picture(), picture()[:200]])
    def test_refusals_are_repeated_too(self, visitor, demo_class, db, frame):
        nonce = str(uuid.uuid4())
        first = visitor.show([frame], nonce)
        again = visitor.show(demo_class.probes[demo_class.student_of(0)], nonce)
        assert first.status_code >= 400
        assert (again.status_code, again.json) == (first.status_code, first.json)
        assert count(db, CheckIn) == 1

    def test_a_nonce_belongs_to_one_session(self, visitor, demo_class, db, course):
        nonce = str(uuid.uuid4())
        visitor.show([picture()], nonce)
        course.is_demo = True
        db.commit()
        other = class_sessions.start(db, course)
        response = Visitor(visitor.client, other.id).show([picture()], nonce)
        assert (response.status_code, reason(response)) == (409, "nonce_reused")

    def test_upper_and_lower_case_are_one_nonce(self, visitor, db):
        nonce = str(uuid.uuid4())
        first = visitor.show([picture()], nonce)
        assert visitor.show([picture()], nonce.upper()).json == first.json
        assert count(db, CheckIn) == 1


class TestRequest:
    @pytest.mark.parametrize(
        ("field", "value", "expected"),
        [
            ("nonce", "17", "invalid_nonce"),
            ("session_id", "one", "invalid_session_id"),
            ("session_id", "-1", "invalid_session_id"),
            ("session_id", "9" * 30, "invalid_session_id"),
            ("session_id", "²", "invalid_session_id"),
            ("captured_at", "yesterday", "invalid_captured_at"),
            ("captured_at", "2026-03-02T09:00:00", "invalid_captured_at"),
            ("captured_at", "0001-01-01T00:00:00+14:00", "invalid_captured_at"),
            ("gesture", "[]", "invalid_gesture"),
            ("gesture", "{", "invalid_gesture"),
            ("gesture", "[" * 4000, "invalid_gesture"),
            ("gesture", '{"a": "' + "x" * 5000 + '"}', "invalid_gesture"),
        ],
    )
    def test_a_malformed_field_is_named(self, visitor, field, value, expected):
        fields = {field: value} if field != "nonce" else {}
        response = visitor.show([picture()], value if field == "nonce" else None, **fields)
        assert (response.status_code, reason(response)) == (400, expected)

    @pytest.mark.parametrize("field", ["nonce", "session_id", "captured_at", "frames"])
    def test_a_missing_field_is_named(self, visitor, field):
        response = visitor.show([picture()], without=field)
        assert (response.status_code, reason(response)) == (400, f"invalid_{field}")

    def test_at_most_five_frames(self, visitor):
        assert reason(visitor.show([picture()] * 5)) == "no_face"
        assert reason(visitor.show([picture()] * 6)) == "invalid_frames"

    def test_gesture_evidence_is_kept(self, visitor, db):
        visitor.show([picture()], gesture='{"held": 0.97}')
        assert fresh(db).scalars(select(CheckIn)).one().gesture == {"held": 0.97}

    def test_messages_come_in_the_language_of_the_request(self, visitor):
        korean = visitor.client.post("/api/v1/check-ins", headers={"Accept-Language": "ko-KR,ko;q=0.9"})
        english = visitor.client.post("/api/v1/check-ins", headers={"Accept-Language": "en-GB"})
        assert korean.json["reason"] == english.json["reason"]
        assert korean.json["message"] != english.json["message"]

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ],
    )
    def test_other_sites_cannot_check_anybody_in(self, visitor, headers):
        response = visitor.client.post("/api/v1/check-ins", data={}, headers=headers)
        assert (response.status_code, reason(response)) == (403, "cross_site")

    def test_this_site_can(self, visitor):
        headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
        response = visitor.client.post("/api/v1/check-ins", data={}, headers=headers)
        assert response.status_code == 400


class TestKioskCookie:
    def test_a_browser_that_is_no_kiosk_learns_nothing_of_other_sessions(self, visitor, db, course):
        session = class_sessions.start(db, course)
        for session_id in (session.id, 999_999):
            response = Visitor(visitor.client, session_id).show([picture()])
            assert (response.status_code, reason(response)) == (401, "kiosk_not_paired")

    def test_a_kiosk_takes_check_ins_for_its_makers_courses(self, client, db, instructor, course, runtime):
        session = class_sessions.start(db, course)
        _, token = kiosks.register(db, "Room 1", instructor)
        client.set_cookie("kiosk", token)
        assert [one["id"] for one in client.get("/api/v1/kiosk").json["sessions"]] == [session.id]
        response = Visitor(client, session.id).show([picture()])
        assert reason(response) == "no_face"

    def test_a_revoked_kiosk_is_out(self, client, db, instructor, course):
        session = class_sessions.start(db, course)
        kiosk, token = kiosks.register(db, "Room 1", instructor)
        client.set_cookie("kiosk", token)
        kiosks.revoke(db, instructor, kiosk.id)
        assert client.get("/api/v1/kiosk").json["paired"] is False
        assert reason(Visitor(client, session.id).show([picture()])) == "kiosk_not_paired"

    def test_another_kiosk_cannot_answer(self, app, db, instructor, course, enrol_face, probes, runtime):
        enrol_face(course, "dana", "1")
        session = class_sessions.start(db, course)
        runtime.live.look()
        mine, other = app.test_client(), app.test_client()
        mine.set_cookie("kiosk", kiosks.register(db, "Room 1", instructor)[1])
        other.set_cookie("kiosk", kiosks.register(db, "Room 2", instructor)[1])
        check_in_id = Visitor(mine, session.id).show(probes("dana")[:3]).json["id"]
        for stranger in (other, app.test_client()):
            response = Visitor(stranger, session.id).answer(check_in_id, "O")
            assert (response.status_code, reason(response)) == (404, "check_in_not_found")
        assert Visitor(mine, session.id).answer(check_in_id, "O").json["status"] == "accepted"
