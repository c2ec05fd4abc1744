"""What the server logs in a whole run: never a name, a picture, an embedding or a secret."""

import base64
import logging

import numpy as np
import pytest
from sqlalchemy import select

from server import logs
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
