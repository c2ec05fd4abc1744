"""Bent bytes on the wire of a running server: it answers or hangs up, in time, and stays what it was."""

import os
import random
import re
import socket
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.running_server import RunningServer
from tests.server.fuzz.mutations import bent

CASES = max(100, int(os.environ.get("FUZZ_CASES", "0")) // 5)
PATIENCE_S = 10.0
GROWTH_MB = 100
PROTOCOL = {"501", "505"}
"""What HTTP itself has for a transfer coding or a version that nobody knows."""
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")

HEAD = b"Host: school.example\r\nUser-Agent: fuzz\r\nAccept: */*\r\nConnection: close\r\n"
FORM = b"email=a%40b.example&password=x&csrf_token=y"
PART = (
    b'--x\r\nContent-Disposition: form-data; name="frames"; filename="a.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0 no picture\r\n--x--\r\n"
)
REQUESTS = (
    b"GET /sign-in HTTP/1.1\r\n" + HEAD + b"Cookie: session=a.b.c; kiosk=d\r\n\r\n",
    b"GET /readyz HTTP/1.1\r\n" + HEAD + b"Range: bytes=0-9\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\n"
    + HEAD
    + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(FORM)
    + FORM,
    b"POST /api/v1/check-ins HTTP/1.1\r\n"
    + HEAD
    + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % len(PART)
    + PART,
    b"POST /api/v1/check-ins/codes HTTP/1.1\r\n"
    + HEAD
    + b'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n0\r\n\r\n',
)

pytestmark = pytest.mark.long


def answers(port: int, request: bytes) -> list[str]:
    """The statuses of all answers to what was sent; none where the server just hung up."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as wire:
        received = b""
        try:
            wire.sendall(request)
            with suppress(OSError):  # Where it has hung up already, there is nothing to end.
                wire.shutdown(socket.SHUT_WR)
            while chunk := wire.recv(65536):
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
    return [status.decode() for status in STATUS.findall(received)]


def memory(process: int) -> float:
    """Megabytes of a process and all below it."""
    below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * 4096 / 1e6 + sum(memory(int(child)) for child in below)


def test_bent_bytes_on_the_wire(tmp_path, capsys):
    server = RunningServer.start(tmp_path / "data")
    try:
        chance, counts, worst = random.Random(1), Counter(), 0.0
        before = 0.0
        for number in range(CASES + CASES // 5):
            if number == CASES // 5:  # The first ones warm it up.
                before = memory(server.process.pid)
            request = bent(chance.choice(REQUESTS), chance, REQUESTS)
            begun = time.monotonic()
            statuses = answers(server.port, request) or ["no answer"]
            seconds = time.monotonic() - begun
            worst = max(worst, seconds)
            counts.update(statuses)
            assert [one for one in statuses if one[0] == "5" and one not in PROTOCOL] == [], request
            assert seconds < PATIENCE_S, request
        grown = memory(server.process.pid) - before
        with capsys.disabled():
            print(f"\n{number + 1:,} requests on the wire: {dict(sorted(counts.items()))}")
            print(f"the slowest took {worst:.2f} s")
            print(f"memory {before:.0f} MB, {grown:+.0f} MB")
        assert grown < GROWTH_MB
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as answer:
            assert answer.status == 200
    finally:
        assert server.stop() == 0
