"""Pictures from addresses: bounded, from allowed hosts only, and never from inside by way of a name."""

import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from recognition import web_pictures
from recognition.web_pictures import FetchFailed, FetchLimits, fetch_picture, resolved

PICTURE = b"\xff\xd8" + bytes(range(256)) * 20 + b"\xff\xd9"
FRAME = b"--frame\r\nContent-Type: image/jpeg\r\n"


class Camera(BaseHTTPRequestHandler):
    """A camera on this machine, good and bad."""

    def do_GET(self):
        known = self.headers.get("Authorization") == "Basic dXNlcjpzM2NyZXQ="
        if self.path == "/guarded" and not known:
            self.send_error(401)
        elif self.path in {"/snapshot.jpg", "/guarded"}:
            self.answer("image/jpeg", PICTURE)
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/")
            self.end_headers()
        elif self.path == "/cut":
            self.answer("image/jpeg", PICTURE, claimed=len(PICTURE) + 10)
        elif self.path == "/endless":
            self.answer("image/jpeg", None)
            self.pour(b"x" * 65536, every=0)
        elif self.path == "/trickle":
            self.answer("image/jpeg", None)
            self.pour(b"x", every=0.05)
        elif self.path == "/stream":
            self.answer("multipart/x-mixed-replace; boundary=frame", None)
            self.pour(FRAME + b"Content-Length: %d\r\n\r\n" % len(PICTURE) + PICTURE + b"\r\n", every=0.05)
        elif self.path == "/stream-without-length":
            self.answer("multipart/x-mixed-replace; boundary=--frame", None)
            self.pour(FRAME + b"\r\n" + PICTURE + b"\r\n", every=0.05)
        else:
            self.send_error(404)

    def answer(self, kind, body, claimed=None):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if body is not None:
            self.send_header("Content-Length", str(claimed or len(body)))
        self.end_headers()
        self.wfile.write(body or b"")

    def pour(self, data, every):
        for _ in range(400):
            try:
                self.wfile.write(data)
            except OSError:
                return
            time.sleep(every)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def camera():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def refused(reason):
    with pytest.raises(FetchFailed) as caught:
        yield
    assert caught.value.reason == reason


@pytest.mark.parametrize("path", ["/snapshot.jpg", "/stream", "/stream-without-length"])
def test_a_snapshot_and_the_first_frame_of_a_stream(camera, path):
    assert fetch_picture(f"http://{camera}{path}", hosts=[camera]) == PICTURE


def test_credentials_in_the_address(camera):
    assert fetch_picture(f"http://user:s3cret@{camera}/guarded", hosts=[camera]) == PICTURE
    with refused("refused_by_host"):
        fetch_picture(f"http://{camera}/guarded", hosts=[camera])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/moved", "redirected"),
        ("/absent", "refused_by_host"),
        ("/endless", "too_many_bytes"),
        ("/cut", "unreachable"),
    ],
)
def test_what_a_host_may_not_do(camera, path, reason):
    with refused(reason):
        fetch_picture(f"http://{camera}{path}", hosts=[camera], limits=FetchLimits(max_bytes=200_000))


def test_what_trickles_ends_in_time(camera):
    start = time.monotonic()
    with refused("too_slow"):
        fetch_picture(f"http://{camera}/trickle", hosts=[camera], limits=FetchLimits(seconds=0.5))
    assert time.monotonic() - start < 3


def test_only_what_is_listed(camera):
    for hosts in ([], ["127.0.0.1:1"], ["camera.example"]):
        with refused("host_not_allowed"):
            fetch_picture(f"http://{camera}/snapshot.jpg", hosts=hosts)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.0.5",
        "169.254.169.254",
        "[::1]",
        "[fe80::1]",
        "[::ffff:10.0.0.1]",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::ffff:7f00:1]",
        "[::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a00:1::1]",
        "[2001:0:808:808:0:0:f5ff:fffe]",
        "[fc00::1]",
        "[fec0::1]",
        "localhost.",
    ],
)
def test_nothing_private_without_a_list(host):
    with refused("private_address"):
        resolved(f"http://{host}/snapshot.jpg")


def test_a_listed_name_does_not_lead_inside(monkeypatch):
    """A name on the list may be in the school's network, but not this machine or its provider's secrets."""

    def answer_with(*addresses):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    hosts = ["camera.school.example"]
    answer_with("10.0.4.7")
    assert resolved("http://camera.school.example/a?b=c", hosts).ip == "10.0.4.7"
    for addresses in (["127.0.0.1"], ["169.254.169.254"], ["10.0.4.7", "127.0.0.1"], ["0.0.0.0"]):
        answer_with(*addresses)
        with refused("private_address"):
            resolved("http://camera.school.example/a", hosts)


def test_a_name_that_changes_its_mind_reaches_only_what_was_checked(camera, monkeypatch):
    """DNS rebinding: the second answer would be another machine; nobody asks for it."""
    port, asked = int(camera.partition(":")[2]), []
    ask = socket.getaddrinfo

    def answer(host, *options, **more):
        if host != "camera.school.example":
            return ask(host, *options, **more)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(web_pictures, "_may_be_asked", lambda *_, **__: True)
    address = f"http://camera.school.example:{port}/snapshot.jpg"
    assert fetch_picture(address, hosts=["camera.school.example"]) == PICTURE
    assert len(asked) == 1


@pytest.mark.parametrize("host", ["2130706433", "[::ffff:127.0.0.1]", "0x7f.1", "[64:ff9b::7f00:1]"])
def test_another_way_to_write_a_listed_address_is_not_listed(host):
    with refused("host_not_allowed"):
        resolved(f"http://{host}/snapshot.jpg", ["127.0.0.1", "localhost"])


@pytest.mark.parametrize(
    "url",
    ["ftp://a/b", "file:///etc/passwd", "http:///x", "snapshot.jpg", "http://a:port/", "http://a/\r\nX: y"],
)
def test_what_is_no_address(url):
    with refused("url_invalid"):
        resolved(url)
