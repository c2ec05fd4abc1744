"""Uploads that are no pictures, too big, or made to hurt: a reason each, and bounded cost."""

import gc
import io
import resource
import struct
import threading
import zlib

import numpy as np
import pytest
from gunicorn.config import Config
from gunicorn.http.message import Request as GunicornRequest
from gunicorn.http.unreader import IterUnreader
from PIL import Image

from server.runtime import PLACES
from server.uploads import MAX_UPLOAD_BYTES
from tests.server.people import Visitor, reason


def jpeg(width=640, height=480, quality=90):
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=quality)
    return out.getvalue()


def png_bomb(width, height):
    """A PNG that claims to be huge and holds next to nothing."""

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "status", "expected"),
    [
        (b"", 415, "not_an_image"),
        (b"#!/bin/sh\necho", 415, "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_format"),
        (b"GIF89a" + bytes(100), 415, "unsupported_format"),
        (b"%PDF-1.7\n", 415, "unsupported_format"),
        (b"\xff\xd8\xff\xe0" + bytes(100), 422, "truncated"),
        (jpeg()[:-2000], 422, "truncated"),
        (png_bomb(60_000, 60_000), 413, "too_many_pixels"),
        (png_bomb(4_000, 4_000), 422, "truncated"),
        (jpeg() + bytes(8 * 1024 * 1024), 413, "too_many_bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_has_its_reason(visitor, data, status, expected):
    response = visitor.show([data])
    assert (response.status_code, reason(response)) == (status, expected)
    assert response.json["message"]


def test_one_bad_frame_spoils_the_burst(visitor, demo_class):
    frames = demo_class.probes[demo_class.student_of(0)][:2]
    assert reason(visitor.show([*frames, b"nothing"])) == "not_an_image"


def test_a_body_beyond_the_limit_is_not_read(client):
    class Endless:
        taken = 0

        def read(self, size):
            self.taken += size
            return bytes(size)

    body = Endless()
    response = client.post(
        "/api/v1/check-ins",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": str(10**12)},
    )
    assert (response.status_code, reason(response)) == (413, "too_many_bytes")
    assert body.taken < MAX_UPLOAD_BYTES


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_field_that_is_no_file_stays_small(visitor):
    response = visitor.show([jpeg()], gesture="x" * 1_000_000)
    gc.collect()  # Werkzeug drops the file it was reading into, instead of closing it.
    assert (response.status_code, reason(response)) == (413, "too_many_bytes")


def test_hundreds_of_parts_are_refused(client):
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\n1\r\n' for n in range(500))
    response = client.post(
        "/api/v1/check-ins", data=f"{parts}--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code == 413


def test_a_field_without_a_name_is_refused(client):
    form = b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"
    response = client.post("/sign-in", data=form, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400


@pytest.mark.parametrize("body", [b"7\r\n{}", b"x\r\n", b'7\r\n{"a":1}\r\n0\r\xc9\r\n', b'7\r\n{"a":1}xx'])
def test_a_bent_body_in_chunks_is_a_bad_request(client, body):
    """As gunicorn hands it over, which takes it apart when it is read."""
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent = GunicornRequest(Config(), IterUnreader([head + body]), ("127.0.0.1", 1))
    response = client.post(
        "/api/v1/check-ins/codes",
        content_type="application/json",
        environ_overrides={"wsgi.input": sent.body, "wsgi.input_terminated": True},
    )
    assert (response.status_code, reason(response)) == (400, "bad_request")


def test_memory_stays_bounded_under_big_pictures(app, demo_class):
    """Many at once, each close to the limit of pixels: a few are decoded at a time, and never whole."""
    picture = jpeg(5600, 4200, quality=20)
    assert len(picture) < 8 * 1024 * 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    visitors = [
        threading.Thread(target=lambda: Visitor(app.test_client(), demo_class.session.id).show([picture] * 2))
        for _ in range(2 * PLACES)
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 700, f"{grown:.0f} MB"


def test_when_every_place_is_taken_the_kiosk_is_asked_to_come_back(visitor, runtime, monkeypatch):
    monkeypatch.setattr("server.runtime.WAIT_FOR_PLACE_S", 0.05)
    for _ in range(PLACES):
        runtime._places.acquire()
    response = visitor.show([jpeg()], nonce="00000000-0000-4000-8000-000000000001")
    assert (response.status_code, reason(response)) == (503, "busy")
    assert int(response.headers["Retry-After"]) > 0
    for _ in range(PLACES):
        runtime._places.release()
    response = visitor.show([jpeg()], nonce="00000000-0000-4000-8000-000000000001")
    assert response.status_code == 422
