"""What the server logs in a whole run: never a name, a picture, an embedding or a secret."""

import base64
import io
import json
import logging

import numpy as np
import pytest
from sqlalchemy import select

from server import create_app, logs
from server.models import FaceTemplate
from server.services import accounts, class_sessions, kiosks, pins
from tests.server.pages.conftest import Browser
from tests.server.people import PASSWORD, Auth, Visitor


def test_nothing_about_people(app, db, runtime, course, instructor, enrol_face, probes, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    student = enrol_face(course, "dana", "20261234")
    session = class_sessions.start(db, course)
    pin = pins.set_new(db, student, instructor)
    kiosk, token = kiosks.register(db, "Room 204", instructor)
    setup = accounts.new_setup_link(db)
    template = db.scalars(select(FaceTemplate)).first()
    vector = runtime.vault.open_template(template.vector_encrypted, template.student_id, template.embedder_id)
    student_id, course_id, session_id = student.id, course.id, session.id
    db.commit()

    browser = Browser(Auth(app))
    for password in ("wrong " + PASSWORD, PASSWORD):
        browser.post("/sign-in", {"email": "kim@school.example", "password": password})
    browser.get(f"/courses/{course_id}/students/{student_id}")
    browser.get(f"/setup/{setup}")
    browser.get(f"/choose-password/{setup}")
    at_kiosk = app.test_client()
    at_kiosk.set_cookie("kiosk", token)
    runtime.live.look()
    visit = Visitor(at_kiosk, session_id).show(probes("dana")[:2])
    assert visit.status_code < 500
    Visitor(at_kiosk, session_id).show([b"no picture"])
    at_kiosk.post("/api/v1/claims", json={"number": "20261234", "pin": pin, "session_id": session_id})
    browser.post(f"/courses/{course_id}/students/{student_id}/consent/withdrawal")
    app.testing = False

    def fail(*_):
        raise RuntimeError("something unexpected")

    monkeypatch.setitem(app.view_functions, "pages.courses", fail)
    assert browser.get("/courses?q=Dana").status_code == 500

    text = caplog.text
    assert "something unexpected" in text, "what went wrong is logged"
    numbers = [f"{value:.4f}" for value in np.sort(np.abs(vector))[-8:]]
    for secret in (
        "Dana",
        "20261234",
        "kim@school",
        PASSWORD,
        pin,
        token,
        setup,
        kiosk.name,
        *numbers,
        base64.b64encode(vector.tobytes()).decode()[:24],
    ):
        assert secret not in text, secret


@pytest.mark.parametrize("name", logs.QUIET)
def test_what_would_log_addresses_is_quiet(name, monkeypatch):
    monkeypatch.setattr(logging.getLogger(name), "level", logging.INFO)
    logs.configure()
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


class TestRequestIds:
    """Who may say how a request is called, and who hears of it."""

    @pytest.mark.parametrize(
        ("proxies", "sent", "kept"),
        [
            (0, "abcdef0123456789", False),
            (1, "abcdef0123456789", True),
            (1, "short", False),
            (1, "a" * 65, False),
            (1, "<script>alert(1)</script>", False),
        ],
    )
    def test_an_id_is_taken_from_a_trusted_proxy_only(self, settings, engine, proxies, sent, kept):
        app = create_app(settings.model_copy(update={"trusted_proxies": proxies}), engine=engine)
        answer = app.test_client().get("/healthz", headers={"X-Request-ID": sent})
        assert (answer.headers["X-Request-ID"] == sent) is kept
        assert len(answer.headers["X-Request-ID"]) >= 16
        app.extensions["face_checkin"].stop()

    def test_each_request_has_its_own(self, client):
        seen = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}
        assert len(seen) == 3

    @pytest.mark.parametrize("form", ["text", "json"])
    def test_every_line_of_a_request_carries_it(self, app, client, caplog, monkeypatch, form):
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        handler.setFormatter(logs.formatter(form))
        monkeypatch.setattr(logging.getLogger("server"), "handlers", [handler])

        def fail():
            raise RuntimeError("something\nunexpected")

        monkeypatch.setitem(app.view_functions, "pages.sign_in", fail)
        caplog.set_level(logging.INFO)
        app.testing = False
        answer = client.get("/sign-in", headers={"Accept": "text/html"})
        number = answer.headers["X-Request-ID"]
        assert (answer.status_code, f"<code>{number}</code>" in answer.text) == (500, True)
        logging.getLogger("server").warning("out of any request")
        text = written.getvalue()
        if form == "text":
            assert text.count(f"[{number}]") == 2
            assert "[-]: out of any request" in text
        else:
            failed, ended, last = (json.loads(line) for line in text.splitlines())
            assert "RuntimeError: something\nunexpected" in failed["error"]
            assert failed["request_id"] == ended["request_id"] == number
            assert (ended["endpoint"], ended["status"]) == ("pages.sign_in", 500)
            assert "request_id" not in last

    def test_an_address_that_holds_a_secret_is_not_logged(self, client, caplog):
        caplog.set_level(logging.INFO)
        client.post("/setup/a-secret-word?next=another-secret")
        assert "pages.setup" in caplog.text
        assert "secret" not in caplog.text
