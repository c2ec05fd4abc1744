"""Alive, and ready."""

import io
import shutil
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import event

from server import create_app
from server.services import class_sessions, kiosks
from tests.server.people import reason


@pytest.fixture
def cold(settings):
    """An app whose runtime was not started."""
    app = create_app(settings)
    yield app
    app.extensions["face_checkin"].stop()


def test_a_cold_process_is_alive_but_not_ready(cold):
    client = cold.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json["status"] == "warming_up"
    assert response.headers["Retry-After"] == "1"


def test_that_it_is_not_ready_yet_is_logged_once(cold, caplog):
    client = cold.test_client()
    for _ in range(5):
        assert client.get("/readyz").status_code == 503
    assert [line.status for line in caplog.records if line.name == "server.request_watch"] == [503]


def test_a_cold_process_asks_kiosks_to_come_back(cold, db, course):
    session = class_sessions.start(db, course)
    course.is_demo = True
    db.commit()
    response = cold.test_client().post(
        "/api/v1/check-ins",
        data={
            "nonce": "00000000-0000-4000-8000-000000000001",
            "session_id": str(session.id),
            "captured_at": "2026-03-02T09:00:00Z",
            "frames": (io.BytesIO(b"x"), "1.jpg"),
        },
    )
    assert (response.status_code, reason(response)) == (503, "not_ready")
    assert response.headers["Retry-After"]


def test_ready_with_versions(client, runtime, demo_class):
    body = client.get("/readyz").json
    assert body["status"] == "ready"
    assert body["database"] == "ok"
    assert body["models"]["networks"]["embedder"] == runtime.engine.embedder_id
    assert body["models"]["rosters"] == {str(demo_class.course.id): 1}


def test_without_its_database_it_is_not_ready(client, runtime, settings):
    runtime.database.dispose()
    for path in settings.data_dir.glob("*.sqlite3*"):
        path.unlink()
    (settings.data_dir / "face-check-in.sqlite3").mkdir()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json["database"] == "unavailable"
    assert client.get("/healthz").status_code == 200
    (settings.data_dir / "face-check-in.sqlite3").rmdir()


def test_without_its_database_pages_say_so_and_sign_nobody_out(runtime, settings, auth, instructor):
    auth.sign_in(instructor)
    runtime.database.dispose()
    database = settings.data_dir / "face-check-in.sqlite3"
    database.rename(settings.data_dir / "away")
    database.mkdir()
    for path in ("/courses", "/account", "/sign-in"):
        response = auth.client.get(path)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2"), path
        assert "<h1" in response.text
    database.rmdir()
    (settings.data_dir / "away").rename(database)
    assert auth.client.get("/courses").status_code == 200


def test_damaged_networks_are_said(settings, tmp_path, weights_dir):
    folder = tmp_path / "faces"
    shutil.copytree(weights_dir, folder, ignore=shutil.ignore_patterns("source"))
    with (folder / "face_recognition_sface_2021dec.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"damaged")
    app = create_app(settings.model_copy(update={"weights_dir": folder}))
    runtime = app.extensions["face_checkin"]
    runtime.start()
    response = app.test_client().get("/readyz")
    assert (response.status_code, response.json["status"]) == (503, "failed")
    assert response.json["reason"] == "weights_corrupt"
    runtime.stop()


def test_a_database_that_is_busy_is_no_crash(client, runtime, db, instructor, monkeypatch):
    """Somebody holds the database for longer than a request waits."""
    monkeypatch.setattr("server.services.kiosks.SEEN_EVERY", timedelta(0))
    client.set_cookie("kiosk", kiosks.register(db, "Room 1", instructor)[1])
    holder = sqlite3.connect(runtime.settings.data_dir / "face-check-in.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    event.listen(runtime.database, "checkout", impatient)
    assert client.get("/api/v1/kiosk").json["paired"] is True
    response = client.post("/api/v1/pairings")
    holder.execute("ROLLBACK")
    holder.close()
    assert (response.status_code, reason(response)) == (503, "busy")
    assert response.headers["Retry-After"]
    assert client.post("/api/v1/pairings").status_code == 200


def impatient(connection, _record, _proxy):
    connection.execute("PRAGMA busy_timeout=50")
