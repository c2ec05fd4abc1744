"""A web server that is told to stop turns nobody away who came in, and lets nobody else in."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from tests.running_server import REPOSITORY, free_port

PROGRAM = """
import sys, time
from gunicorn.app.base import BaseApplication

class Slow(BaseApplication):
    def load_config(self):
        options = {"bind": sys.argv[1], "workers": 2, "threads": 4, "graceful_timeout": 10}
        options |= {"control_socket_disable": True}
        options |= {"worker_class": "server.web_worker.LeavingWorker", "loglevel": "error"}
        for name, value in options.items():
            self.cfg.set(name, value)
    def load(self):
        def answer(environ, start):
            environ["wsgi.input"].read()
            time.sleep(float(environ["PATH_INFO"][1:]))
            start("200 OK", [("Content-Length", "4")])
            return [b"done"]
        return answer

Slow().run()
"""


@pytest.fixture
def server():
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, f"127.0.0.1:{port}"], cwd=REPOSITORY)
    process.port = port
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if post(port, 0) == b"done":
                break
        except OSError:
            time.sleep(0.05)
    yield process
    process.kill()
    process.wait()


def post(port, seconds):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", f"/{seconds}", body=b"{}")
        return connection.getresponse().read()
    finally:
        connection.close()


def test_the_door_is_closed_while_the_last_request_is_finished(server):
    answers = []
    slow = threading.Thread(target=lambda: answers.append(post(server.port, 1.5)))
    slow.start()
    time.sleep(0.3)
    server.send_signal(signal.SIGTERM)
    time.sleep(0.7)
    with socket.socket() as late:
        assert late.connect_ex(("127.0.0.1", server.port)) != 0, "nobody may come in who is not served"
    slow.join()
    assert answers == [b"done"]
    assert server.wait(25) == 0


def test_whoever_came_in_is_answered(server):
    ends = []

    def visit():
        while True:
            try:
                ends.append(post(server.port, 0.01))
            except ConnectionRefusedError:
                return
            except OSError as error:
                ends.append(error)

    visitors = [threading.Thread(target=visit) for _ in range(6)]
    for visitor in visitors:
        visitor.start()
    time.sleep(0.5)
    server.send_signal(signal.SIGTERM)
    for visitor in visitors:
        visitor.join()
    assert len(ends) > 20
    assert set(ends) == {b"done"}
