"""Cameras in rooms: only administrators, only allowed hosts, and a real camera on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from server import create_app
from server.exceptions import BadGateway, Conflict, Forbidden, Invalid, NotFound
from server.models import RoomCamera
from server.services import room_cameras
from server.settings import Settings
from tests.server.pages.conftest import Browser, words
from tests.server.people import Auth, fresh

METADATA = "169.254.169.254"
ROOM = "http://10.9.8.7/snapshot.jpg"


@pytest.fixture
def camera(demo_people):
    """A camera that shows one of the demo people; its address is host:port."""
    picture = min((demo_people / "kai" / "probe").glob("*.jpg")).read_bytes()

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self):
            body = picture if self.path == "/snapshot.jpg" else b"not a picture"
            self.send_response(200 if self.path != "/broken" else 500)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def allowing(settings, engine, camera):
    """The app of an operator who allows the camera's host."""
    app = create_app(
        Settings(**{**settings.model_dump(), "camera_hosts": f"{camera}, 10.9.8.7"}), engine=engine
    )
    app.testing = True
    runtime = app.extensions["face_checkin"]
    runtime.start()
    yield app
    runtime.stop()


def register(db, runtime, account, name="Room 1", address=ROOM, hosts=("10.9.8.7",)):
    return room_cameras.register(db, runtime.vault, account, name, address, hosts)


def test_the_address_is_sealed(db, runtime, administrator):
    camera = register(db, runtime, administrator, address="http://user:s3cret@10.9.8.7:8080/a")
    assert camera.host == "10.9.8.7:8080"
    assert b"s3cret" not in camera.address_sealed
    assert room_cameras.address_of(runtime.vault, camera) == "http://user:s3cret@10.9.8.7:8080/a"


@pytest.mark.parametrize(
    ("fields", "error", "reason"),
    [
        ({"name": " "}, Invalid, "camera_name_invalid"),
        ({"address": "rtsp://10.9.8.7/"}, Invalid, "camera_address_invalid"),
        ({"address": "http://10.9.8.8/"}, Invalid, "camera_host_not_allowed"),
        (
            {"address": "http://169.254.169.254/", "hosts": ("169.254.169.254",)},
            Invalid,
            "camera_host_not_allowed",
        ),
        ({"hosts": ()}, Invalid, "camera_host_not_allowed"),
        ({"name": "Room 2"}, Conflict, "camera_name_taken"),
    ],
)
def test_what_is_refused(db, runtime, administrator, fields, error, reason):
    register(db, runtime, administrator, name="Room 2")
    with pytest.raises(error) as caught:
        register(db, runtime, administrator, **fields)
    assert caught.value.reason == reason
    assert fresh(db).query(RoomCamera).count() == 1


def test_only_administrators(db, runtime, administrator, instructor, browser_of):
    camera = register(db, runtime, administrator)
    for act in (
        lambda: register(db, runtime, instructor, name="Mine"),
        lambda: room_cameras.remove(db, instructor, camera.id),
    ):
        with pytest.raises(Forbidden):
            act()
    assert browser_of(instructor).get("/cameras").status_code == 403
    room_cameras.remove(db, administrator, camera.id)
    with pytest.raises(NotFound):
        room_cameras.get(db, camera.id)


def test_a_picture_is_taken_from_allowed_hosts_only(camera):
    assert room_cameras.take_picture(f"http://{camera}/snapshot.jpg", [camera])[:2] == b"\xff\xd8"
    for address, hosts in (
        (f"http://{camera}/snapshot.jpg", []),
        (f"http://{camera}/broken", [camera]),
        ("http://127.0.0.1:9/none", ["127.0.0.1"]),
    ):
        with pytest.raises(BadGateway) as caught:
            room_cameras.take_picture(address, hosts)
        assert caught.value.reason == "camera_silent"


@pytest.fixture
def browser_of(app):
    return lambda account: Browser(Auth(app).sign_in(account))


def test_the_roll_is_called_through_a_camera(allowing, camera, demo_class, administrator):
    browser = Browser(Auth(allowing).sign_in(administrator))
    address = f"http://{camera}/snapshot.jpg"
    listed = browser.follow(browser.post("/cameras", {"name": "Room 204", "address": address}))
    assert "Room 204" in words(listed)
    session = f"/sessions/{demo_class.session.id}/roll-call"
    assert "Look through this camera" in words(browser.get(session).text)
    page = browser.post(f"{session}/camera", {"camera": "1"})
    assert page.status_code == 200
    assert "1 known, 0 unknown" in words(page.text)
    answer = browser.client.post(
        "/api/v1/roll-calls",
        data={"session_id": str(demo_class.session.id), "camera_id": "1"},
        headers={"X-CSRFToken": browser.auth.token()},
    )
    assert answer.json["known"] == 1
    for wrong, status in (("7", 404), ("x", 400)):
        assert browser.post(f"{session}/camera", {"camera": wrong}).status_code == status
    browser.post("/cameras", {"name": "Hall", "address": f"http://{camera}/note.txt"})
    page = browser.post(f"{session}/camera", {"camera": "2"})
    assert (page.status_code, "This is not a picture." in words(page.text)) == (422, True)
    browser.post("/cameras", {"name": "Gym", "address": f"http://{camera}/broken"})
    assert browser.post(f"{session}/camera", {"camera": "3"}).status_code == 502


def test_without_allowed_hosts_there_is_no_form(browser_of, administrator):
    page = browser_of(administrator).get("/cameras").text
    assert "has not allowed any camera hosts" in words(page)
    assert 'name="address"' not in page
