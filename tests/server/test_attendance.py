"""Sessions, marking, counting, exporting."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.exceptions import Conflict, Invalid, NotFound
from server.models import Attendance, OutboxEvent, utc_now
from server.services import attendance, class_sessions, courses, exports


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(n), name) for n, name in enumerate(["Ahn", "Bae", "Choi"])]


@pytest.fixture
def session(db, course, students):
    return class_sessions.start(db, course)


class TestSessions:
    def test_a_course_has_one_open_session(self, db, course, session):
        assert session.status == "open"
        with pytest.raises(Conflict, match="session_already_open"):
            class_sessions.start(db, course)
        class_sessions.close(db, session)
        assert class_sessions.start(db, course).id != session.id

    def test_closing_records_who_did_not_come(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        class_sessions.close(db, session)
        records = {one.student_id: one for one in db.scalars(select(Attendance))}
        assert records[students[0].id].status == "present"
        assert {records[one.id].status for one in students[1:]} == {"absent"}
        assert {records[one.id].method for one in students[1:]} == {None}
        assert session.closed_at is not None
        with pytest.raises(Conflict, match="session_not_open"):
            class_sessions.close(db, session)

    def test_the_dashboard_is_told(self, db, session):
        class_sessions.close(db, session)
        events = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
        assert [(one.type, one.payload["status"]) for one in events] == [
            ("session", "open"),
            ("session", "closed"),
        ]
        assert events[1].payload["counts"]["absent"] == 3

    def test_a_planned_session_keeps_its_start(self, db, course):
        starts_at = utc_now() - timedelta(minutes=30)
        session = class_sessions.schedule(db, course, starts_at)
        assert class_sessions.open_sessions(db) == []
        class_sessions.open_planned(db, session)
        assert session.status == "open"
        assert session.starts_at == starts_at
        assert session.late_from == starts_at + timedelta(minutes=10)
        with pytest.raises(Conflict, match="session_not_scheduled"):
            class_sessions.open_planned(db, session)

    def test_the_title_is_the_date_by_the_courses_clock(self, db, instructor):
        course = courses.create(db, instructor, "K", "Kiritimati", "Pacific/Kiritimati", 5)
        at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
        assert class_sessions.schedule(db, course, at).title == "2026-03-02"

    def test_today_is_a_matter_of_the_course(self, db, instructor, course):
        now = utc_now()
        yesterday = class_sessions.schedule(db, course, now - timedelta(hours=30))
        today = class_sessions.schedule(db, course, now)
        found = [one.session.id for one in class_sessions.today(db, instructor).rows]
        assert today.id in found
        assert yesterday.id not in found
        class_sessions.open_planned(db, yesterday)
        assert yesterday.id in [one.session.id for one in class_sessions.today(db, instructor).rows]

    def test_daylight_saving_does_not_move_lateness(self, db, instructor):
        course = courses.create(db, instructor, "B", "Berlin", "Europe/Berlin", 90)
        before_the_change = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30, half an hour before
        session = class_sessions.schedule(db, course, before_the_change)
        assert session.late_from == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


class TestMarking:
    def test_by_hand_wins_over_what_was_there(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "absent", instructor)
        record = attendance.mark(db, session, students[0], "excused", instructor)
        assert (record.status, record.method, record.marked_by) == ("excused", "manual", instructor.id)
        assert attendance.counts(db, session) == {
            "present": 0,
            "late": 0,
            "absent": 0,
            "excused": 1,
            "left_early": 0,
            "waiting": 2,
        }

    def test_nonsense_and_strangers_are_refused(self, db, session, students, instructor, administrator):
        with pytest.raises(Invalid, match="status_invalid"):
            attendance.mark(db, session, students[0], "asleep", instructor)
        other = courses.create(db, administrator, "X", "Other", "UTC", 5)
        stranger = courses.add_student(db, other, "99", "Stranger")
        with pytest.raises(NotFound, match="student_not_found"):
            attendance.mark(db, session, stranger, "present", instructor)

    def test_who_left_stays_in_the_record(self, db, course, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        courses.drop_student(db, course, students[0])
        courses.drop_student(db, course, students[1])
        names = [entry.student.name for entry in attendance.live_roster(db, session)]
        assert names == ["Ahn", "Choi"]
        assert attendance.counts(db, session)["waiting"] == 1


class TestApi:
    def test_the_live_roster(self, auth, db, session, students, instructor):
        attendance.mark(db, session, students[1], "late", instructor)
        body = auth.sign_in(instructor).client.get(f"/api/v1/sessions/{session.id}/roster").json
        assert [entry["student"]["name"] for entry in body["entries"]] == ["Ahn", "Bae", "Choi"]
        assert [entry["status"] for entry in body["entries"]] == [None, "late", None]
        assert body["counts"]["waiting"] == 2
        assert body["session"]["status"] == "open"
        assert body["last_event_id"] == 2

    def test_marking(self, auth, session, students, instructor):
        url = f"/api/v1/sessions/{session.id}/attendance/{students[0].id}"
        response = auth.sign_in(instructor).post_json(url, {"status": "excused"})
        assert response.status_code == 200, response.data
        assert response.json["entry"]["status"] == "excused"
        assert response.json["counts"]["excused"] == 1

    @pytest.mark.parametrize("body", [None, [], {"status": 1}, {"status": "asleep"}])
    def test_marking_nonsense(self, auth, session, students, instructor, body):
        url = f"/api/v1/sessions/{session.id}/attendance/{students[0].id}"
        assert auth.sign_in(instructor).post_json(url, body).status_code == 400

    def test_an_unknown_student(self, auth, session, instructor):
        url = f"/api/v1/sessions/{session.id}/attendance/999"
        assert auth.sign_in(instructor).post_json(url, {"status": "late"}).status_code == 404


class TestCsv:
    def rows(self, db, session, locale="en"):
        text = exports.session_csv(db, session, locale)
        assert text.startswith("\ufeff")
        return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    def test_it_holds_the_roster_by_the_courses_clock(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        heading, first, *others = self.rows(db, session)
        assert heading == ["Number", "Name", "Status", "Recorded at", "Method"]
        assert first[:3] == ["0", "Ahn", "present"]
        assert first[3].endswith("+09:00")
        assert [row[2] for row in others] == ["", ""]

    def test_it_speaks_korean(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "late", instructor)
        heading, first, *_ = self.rows(db, session, "ko")
        assert heading[0] == "학번"
        assert (first[2], first[4]) == ("지각", "수동")

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =cmd|x"])
    def test_formulas_are_neutralised(self, db, course, session, name):
        courses.add_student(db, course, name, name)
        row = next(row for row in self.rows(db, session) if row[1].lstrip("'") == name.strip())
        assert row[0].startswith("'")
        assert row[1].startswith("'")
