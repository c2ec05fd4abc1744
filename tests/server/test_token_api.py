"""The JSON API for programs: what a token may, and what its answers look like."""

import pytest

from server import create_app, limits
from server.db import writing
from server.models import utc_now
from server.services import api_tokens, attendance, class_sessions, courses
from tests.server.people import fresh, reason
from tests.server.test_description import check


class Program:
    """Calls the API with a token, and holds every answer against the description."""

    def __init__(self, client, text):
        self.client = client
        self.headers = {"Authorization": f"Bearer {text}"}

    def call(self, method, url, described, **options):
        answer = self.client.open(url, method=method, headers=self.headers, **options)
        check(answer, f"/api/v1{described}", method.lower())
        return answer


@pytest.fixture
def reader(client, db, instructor):
    return Program(client, api_tokens.create(db, instructor, "statistics", writes=False)[1])


@pytest.fixture
def writer(client, db, instructor):
    return Program(client, api_tokens.create(db, instructor, "registry", writes=True)[1])


@pytest.fixture
def session(db, course):
    for number, name in (("1", "Ahn"), ("2", "Bae"), ("3", "Choi")):
        courses.add_student(db, course, number, name)
    return class_sessions.start(db, course, "Week 1")


ROSTER, COURSE_ATTENDANCE = "/courses/{course_id}/roster", "/courses/{course_id}/attendance"
SESSION_ATTENDANCE = "/sessions/{session_id}/attendance"


class TestTokens:
    def test_only_the_hash_is_kept_and_use_is_noted(self, db, reader, instructor):
        reader.call("GET", "/api/v1/courses", "/courses")
        (token,) = api_tokens.of_account(fresh(db), instructor)
        assert reader.headers["Authorization"].split()[1] not in str(vars(token))
        assert (utc_now() - token.last_used_at).total_seconds() < 60

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic a2ltOng=", "fci_x"])
    def test_nobody_else_comes_in(self, client, header):
        answer = client.get("/api/v1/courses", headers={"Authorization": header})
        assert (answer.status_code, reason(answer)) == (401, "token_invalid")

    def test_signing_in_is_no_token(self, auth, instructor):
        assert auth.sign_in(instructor).client.get("/api/v1/courses").status_code == 401

    def test_a_revoked_one_ends_at_once(self, db, reader, instructor):
        (token,) = api_tokens.of_account(db, instructor)
        api_tokens.revoke(db, instructor, token.id)
        assert reason(reader.call("GET", "/api/v1/courses", "/courses")) == "token_invalid"

    def test_an_account_that_was_closed_has_none(self, db, reader, instructor):
        instructor.is_active = False
        db.commit()
        assert reader.call("GET", "/api/v1/courses", "/courses").status_code == 401

    def test_reading_is_not_writing(self, db, reader, course, session):
        url = f"/api/v1/courses/{course.id}/roster"
        answer = reader.call("PUT", url, ROSTER, json={"students": [{"number": "1", "name": "Ahn"}]})
        assert (answer.status_code, reason(answer)) == (403, "token_cannot_write")
        assert len(courses.roster(fresh(db), course)) == 3

    def test_a_token_may_no_more_than_the_role(self, db, client, writer, course, instructor):
        with writing(db):
            instructor.role = "auditor"
        url = f"/api/v1/courses/{course.id}/roster"
        assert writer.call("GET", url, ROSTER).status_code == 200
        answer = writer.call("PUT", url, ROSTER, json={"students": [{"number": "1", "name": "Ahn"}]})
        assert (answer.status_code, reason(answer)) == (403, "role_forbids")
        with writing(db):
            instructor.role = "assistant"
        assert writer.call("GET", url, ROSTER).status_code == 403

    def test_too_many_calls_wait(self, settings, engine, reader, monkeypatch):
        assert limits.PROGRAMS == "600 per minute"
        monkeypatch.setattr(limits, "PROGRAMS", "3 per minute")
        app = create_app(settings, engine=engine)
        again = app.test_client()
        answers = [again.get("/api/v1/courses", headers=reader.headers).status_code for _ in range(4)]
        app.extensions["face_checkin"].stop()
        assert answers == [200] * 3 + [429]

    def test_the_page_shows_a_token_once(self, auth, instructor, db, client):
        auth.sign_in(instructor)
        form = {"csrf_token": auth.token(), "token-name": "registry", "token-scope": "write"}
        page = auth.client.post("/tokens", data=form).text
        text = page.split('id="new-token">')[1].split("<")[0]
        assert client.get("/api/v1/courses", headers={"Authorization": f"Bearer {text}"}).status_code == 200
        (token,) = api_tokens.of_account(fresh(db), instructor)
        assert text not in auth.client.get("/tokens").text
        auth.client.post(f"/tokens/{token.id}/revocation", data={"csrf_token": auth.token()})
        assert api_tokens.of_account(fresh(db), instructor) == []
        bad = auth.client.post("/tokens", data={**form, "csrf_token": auth.token(), "token-name": ""})
        assert bad.status_code == 422

    def test_somebody_elses_token_cannot_be_revoked(self, auth, instructor, administrator, db):
        token, _ = api_tokens.create(db, administrator, "theirs", writes=True)
        auth.sign_in(instructor)
        answer = auth.client.post(f"/tokens/{token.id}/revocation", data={"csrf_token": auth.token()})
        assert answer.status_code == 404


class TestReading:
    def test_only_what_the_account_may_see(self, db, reader, course, administrator):
        foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
        foreign_session = class_sessions.start(db, foreign)
        items = reader.call("GET", "/api/v1/courses", "/courses").json["items"]
        assert [one["code"] for one in items] == ["CS101"]
        for url, described in (
            (f"/courses/{foreign.id}/roster", ROSTER),
            (f"/courses/{foreign.id}/sessions", "/courses/{course_id}/sessions"),
            (f"/courses/{foreign.id}/attendance", COURSE_ATTENDANCE),
            (f"/sessions/{foreign_session.id}/attendance", SESSION_ATTENDANCE),
        ):
            assert reader.call("GET", f"/api/v1{url}", described).status_code == 404

    def test_a_cursor_leads_through_everything_once(self, db, reader, course, session, instructor):
        for entry in attendance.live_roster(db, session):
            attendance.mark(db, session, entry.student, "present", instructor)
        url, seen, cursor = f"/api/v1/courses/{course.id}/attendance?limit=2", [], ""
        while cursor is not None:
            answer = reader.call("GET", f"{url}&cursor={cursor}", COURSE_ATTENDANCE).json
            seen.append([one["student"]["name"] for one in answer["items"]])
            cursor = answer["next"]
        assert seen == [["Ahn", "Bae"], ["Choi"]]
        of_session = reader.call("GET", f"/api/v1/sessions/{session.id}/attendance", SESSION_ATTENDANCE)
        assert len(of_session.json["items"]) == 3

    @pytest.mark.parametrize("query", ["cursor=x", "cursor=YWZ0ZXI6eA", "limit=0", "limit=501", "limit=many"])
    def test_a_place_that_is_none_is_refused(self, reader, course, query):
        url = f"/api/v1/courses/{course.id}/attendance?{query}"
        assert reader.call("GET", url, COURSE_ATTENDANCE).status_code == 400

    def test_sessions_and_roster(self, reader, course, session):
        found = reader.call("GET", f"/api/v1/courses/{course.id}/sessions", "/courses/{course_id}/sessions")
        assert [(one["title"], one["status"]) for one in found.json["items"]] == [("Week 1", "open")]
        roster = reader.call("GET", f"/api/v1/courses/{course.id}/roster", ROSTER)
        assert [one["number"] for one in roster.json["items"]] == ["1", "2", "3"]


class TestWriting:
    def test_adding_and_replacing(self, db, writer, course, session):
        url = f"/api/v1/courses/{course.id}/roster"
        added = writer.call("POST", url, ROSTER, json={"students": [{"number": "9", "name": "Noh"}]})
        assert added.json == {"added": 1, "returned": 0, "renamed": 0, "dropped": 0, "unchanged": 0}
        students = [{"number": "1", "name": "Ahn"}, {"number": "9", "name": "Noh Ji"}]
        whole = writer.call("PUT", url, ROSTER, json={"students": students})
        assert whole.json == {"added": 0, "returned": 0, "renamed": 1, "dropped": 2, "unchanged": 1}
        assert [one.student.name for one in courses.roster(fresh(db), course)] == ["Ahn", "Noh Ji"]

    def test_a_bad_row_changes_nothing(self, db, writer, course, session):
        students = [{"number": "9", "name": "Noh"}, {"number": "", "name": "Nobody"}]
        url = f"/api/v1/courses/{course.id}/roster"
        answer = writer.call("PUT", url, ROSTER, json={"students": students})
        assert answer.status_code == 422
        assert [(row["row"], row["reason"]) for row in answer.json["rows"]] == [(2, "student_number_invalid")]
        assert len(courses.roster(fresh(db), course)) == 3

    @pytest.mark.parametrize("body", [{}, {"students": []}, {"students": [1]}, {"students": [{"number": 1}]}])
    def test_what_is_no_list_of_students(self, writer, course, body):
        url = f"/api/v1/courses/{course.id}/roster"
        assert reason(writer.call("PUT", url, ROSTER, json=body)) == "invalid_json"

    def test_marking(self, db, writer, session):
        url = f"/api/v1/sessions/{session.id}/attendance"
        body = {"number": "2", "status": "excused", "reason": "at the dentist's"}
        answer = writer.call("POST", url, SESSION_ATTENDANCE, json=body)
        assert answer.json["entry"]["status"] == "excused"
        assert attendance.counts(fresh(db), session)["excused"] == 1
        for bad, status in (({"number": "7", "status": "late"}, 404), ({"number": "2", "status": "x"}, 400)):
            assert writer.call("POST", url, SESSION_ATTENDANCE, json=bad).status_code == status
