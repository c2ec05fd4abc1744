"""The door: sessions, form tokens, throttling, headers, languages."""

import re

import pytest
from flask import url_for
from sqlalchemy import select

from server import create_app
from server.headers import CONTENT_SECURITY_POLICY
from server.models import RateCount
from server.services import account_sessions, accounts, class_sessions, courses
from tests.server.people import PASSWORD, Auth, fresh, make_account, reason


def form_token(auth):
    return auth.token()


def sign_in(auth, email, password=PASSWORD):
    return auth.client.post(
        "/sign-in", data={"email": email, "password": password, "csrf_token": form_token(auth)}
    )


class TestSession:
    def test_it_is_rotated_when_signing_in(self, auth, instructor):
        with auth.client.session_transaction() as session:
            session["planted"] = "by somebody else"
        before = form_token(auth)
        assert sign_in(auth, instructor.email).status_code == 302
        with auth.client.session_transaction() as session:
            assert "planted" not in session
            assert session["_user_id"] == instructor.get_id()
        assert form_token(auth) != before

    def test_the_cookie(self, auth, instructor):
        cookie = sign_in(auth, instructor.email).headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie

    def test_over_tls_at_the_root_no_other_host_can_plant_it(self, app, instructor):
        client = app.test_client()
        client.get("/sign-in", base_url="https://school.example")
        with client.session_transaction(base_url="https://school.example") as session:
            assert "csrf_token" in session
        cookie = client.get_cookie("__Host-session", domain="school.example")
        assert cookie.secure
        assert cookie.path == "/"
        assert client.get_cookie("session", domain="school.example") is None

    def test_the_cookie_over_tls_and_below_a_prefix(self, app, instructor):
        client = Auth(app).sign_in(instructor).client
        token_page = client.get(
            "/sign-in",
            base_url="https://school.example",
            environ_overrides={"SCRIPT_NAME": "/check-in"},
        )
        cookies = [value for name, value in token_page.headers if name == "Set-Cookie"]
        assert all("Secure" in cookie and "Path=/check-in" in cookie for cookie in cookies)

    def test_ending_every_session_of_an_account(self, auth, instructor, db, course):
        auth.sign_in(instructor)
        session = class_sessions.start(db, course)
        url = f"/api/v1/sessions/{session.id}/roster"
        assert auth.client.get(url).status_code == 200
        account_sessions.end_all(db, instructor.id)
        assert reason(auth.client.get(url)) == "sign_in_required"

    @pytest.mark.parametrize("password", ["", "wrong"])
    def test_a_wrong_password_signs_nobody_in(self, auth, instructor, password):
        sign_in(auth, instructor.email, password)
        with auth.client.session_transaction() as session:
            assert "_user_id" not in session


class TestFormToken:
    def test_marking_needs_it(self, auth, db, course, instructor):
        session = class_sessions.start(db, course)
        student = courses.add_student(db, course, "1", "Ahn")
        url = f"/api/v1/sessions/{session.id}/attendance/{student.id}"
        auth.sign_in(instructor)
        for headers in ({}, {"X-CSRFToken": "made up"}):
            response = auth.client.post(url, json={"status": "late"}, headers=headers)
            assert (response.status_code, reason(response)) == (400, "csrf_failed")

    def test_every_other_post_of_the_app_needs_it_too_but_kiosks_and_programs(self, app):
        client = app.test_client()
        with app.test_request_context():
            for rule in app.url_map.iter_rules():
                if "POST" not in rule.methods or rule.endpoint.startswith(("kiosk_api.", "token_api.")):
                    continue
                values = dict.fromkeys(rule.arguments, 1)
                response = client.post(url_for(rule.endpoint, **values))
                assert response.status_code == 400, rule.endpoint


class TestThrottling:
    def test_by_account(self, auth, instructor):
        codes = [sign_in(auth, instructor.email, "wrong").status_code for _ in range(9)]
        assert codes[-1] == 429
        assert 429 not in codes[:8]
        response = sign_in(auth, instructor.email)
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0

    def test_by_address(self, auth):
        codes = [sign_in(auth, f"n{n}@school.example", "wrong").status_code for n in range(21)]
        assert codes[-1] == 429
        assert 429 not in codes[:20]

    def test_every_process_counts_the_same(self, auth, settings, engine, instructor):
        for _ in range(8):
            sign_in(auth, instructor.email, "wrong")
        other = create_app(settings, engine=engine)
        assert sign_in(Auth(other), instructor.email).status_code == 429
        other.extensions["face_checkin"].stop()

    def test_neither_addresses_nor_emails_are_stored(self, auth, db, instructor):
        sign_in(auth, instructor.email, "wrong")
        kept = fresh(db).scalars(select(RateCount)).all()
        assert len(kept) == 2
        assert all(re.fullmatch("[0-9a-f]{64}", one.key_hash) for one in kept)

    def test_set_up(self, auth, db):
        token = accounts.new_setup_link(db)
        codes = [
            auth.client.post(f"/setup/{token}x", data={"csrf_token": form_token(auth)}).status_code
            for _ in range(11)
        ]
        assert codes[-1] == 429


class TestHeaders:
    @pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/kiosk", "/api/v1/nothing", "/nothing"])
    def test_every_answer_has_them(self, client, path):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "unsafe-inline" not in CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        camera = "camera=(self)" if path == "/kiosk" else "camera=()"
        assert headers["Permissions-Policy"].startswith(camera)
        assert "Strict-Transport-Security" not in headers

    def test_tls_is_remembered(self, client):
        response = client.get("/healthz", base_url="https://school.example")
        assert "max-age" in response.headers["Strict-Transport-Security"]

    def test_answers_about_people_are_not_stored(self, client):
        assert client.get("/api/v1/kiosk").headers["Cache-Control"] == "no-store"


class TestErrors:
    @pytest.mark.parametrize(
        ("method", "path", "status", "expected"),
        [
            ("get", "/api/v1/nothing", 404, "not_found"),
            ("get", "/api/v1/check-ins", 405, "method_not_allowed"),
            ("get", "/api/v1/sessions/1/roster", 401, "sign_in_required"),
            ("get", "/api/v1/sessions/x/roster", 404, "not_found"),
        ],
    )
    def test_they_are_json_with_a_reason(self, client, method, path, status, expected):
        response = getattr(client, method)(path)
        assert (response.status_code, reason(response)) == (status, expected)
        assert response.json["message"]

    def test_for_people_they_are_pages(self, client):
        response = client.get("/nothing")
        assert response.status_code == 404
        assert response.mimetype == "text/html"

    def test_nothing_leaks_from_an_unexpected_one(self, app, client, monkeypatch):
        app.testing = False

        def fail(*_):
            raise RuntimeError("secret of the database")

        monkeypatch.setitem(app.view_functions, "kiosk_api.kiosk_state", fail)
        response = client.get("/api/v1/kiosk")
        assert (response.status_code, reason(response)) == (500, "internal_error")
        assert b"secret" not in response.data
        assert b"Traceback" not in response.data


class TestLanguage:
    @pytest.mark.parametrize(
        ("cookie", "query", "accept", "expected"),
        [
            (None, "", None, "en"),
            (None, "", "ko", "ko"),
            (None, "", "ko-KR,en;q=0.5", "ko"),
            (None, "", "de,fr", "en"),
            (None, "?lang=ko", "en", "ko"),
            ("en", "?lang=ko", "ko", "en"),
            ("xx", "?lang=ko", "en", "ko"),
        ],
    )
    def test_cookie_then_query_then_browser(self, client, cookie, query, accept, expected):
        if cookie:
            client.set_cookie("locale", cookie)
        headers = {"Accept-Language": accept} if accept else {}
        assert client.get(f"/api/v1/kiosk{query}", headers=headers).json["locale"] == expected


def test_somebody_elses_session_does_not_exist(auth, db, course):
    session = class_sessions.start(db, course)
    auth.sign_in(make_account(db, "lee@school.example"))
    response = auth.client.get(f"/api/v1/sessions/{session.id}/roster")
    assert (response.status_code, reason(response)) == (404, "session_not_found")
