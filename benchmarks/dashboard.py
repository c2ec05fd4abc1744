"""An instructor at the dashboard: signs in as a browser does, opens pages, follows a session's events."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from benchmarks.server_process import ServerFailed

FORM_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SECONDS_TO_ANSWER = 30.0
RECONNECT_S = 0.2


@dataclass(frozen=True)
class Event:
    """One event as it was read: its id, its type, what it tells."""

    id: int
    type: str
    payload: dict[str, Any]


class Dashboard:
    """A signed-in browser."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._cookies: dict[str, str] = {}

    def sign_in(self, email: str, password: str) -> None:
        """Through the sign-in page. Raises ServerFailed when it does not let in."""
        _, page = self.open("/sign-in")
        token = FORM_TOKEN.search(page)
        form = {"csrf_token": token[1] if token else "", "email": email, "password": password}
        status, _ = self._request(
            "POST", "/sign-in", urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        if status != 302:
            raise ServerFailed(f"signing in was answered {status}")

    def open(self, path: str) -> tuple[int, str]:
        """A page: its status and its text."""
        return self._request("GET", path)

    def milliseconds(self, path: str) -> float:
        """How long a page takes, over a connection of its own. Raises ServerFailed without a 200."""
        start = time.perf_counter()
        status, _ = self.open(path)
        if status != 200:
            raise ServerFailed(f"{path} was answered {status}")
        return (time.perf_counter() - start) * 1000

    def connect(self) -> http.client.HTTPConnection:
        """A connection to the server, open. Raises OSError."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_TO_ANSWER)
        connection.connect()
        return connection

    def stream(
        self, connection: http.client.HTTPConnection, session_id: int, after: int
    ) -> http.client.HTTPResponse:
        """A session's events after an id, as they come. Raises OSError, HTTPException, ServerFailed."""
        headers = {"Cookie": self._cookie(), "Last-Event-ID": str(after)}
        connection.request("GET", f"/api/v1/events?session_id={session_id}", headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            answer.close()
            raise ServerFailed(f"the events were answered {answer.status}")
        return answer

    def _request(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_TO_ANSWER)
        try:
            connection.request(method, path, body, {"Cookie": self._cookie(), **(headers or {})})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, text

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())


class Follower(threading.Thread):
    """Reads a session's events to the end of the test, coming back with the last id whenever it is cut off.

    seen: every event in the order it was read, repetitions too; cuts: how often the stream broke.
    """

    def __init__(self, dashboard: Dashboard, session_id: int) -> None:
        super().__init__(name=f"events of session {session_id}", daemon=True)
        self.session_id = session_id
        self.seen: list[Event] = []
        self.cuts = 0
        self._dashboard = dashboard
        self._done = threading.Event()
        self._socket: socket.socket | None = None

    def run(self) -> None:
        while not self._done.is_set():
            with suppress(OSError, http.client.HTTPException, ServerFailed):
                self._follow()
            self.cuts += not self._done.is_set()
            self._done.wait(RECONNECT_S)

    def wait_for(self, condition: Callable[[list[Event]], bool], seconds: float) -> None:
        """Until what was read is so; returns in any case after so many seconds."""
        deadline = time.monotonic() + seconds
        while not (self.seen and condition(self.seen)) and time.monotonic() < deadline:
            time.sleep(0.05)

    def finish(self) -> None:
        """Stop reading, at once."""
        self._done.set()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self.join()

    def _follow(self) -> None:
        with closing(self._dashboard.connect()) as connection:
            self._socket = connection.sock
            if self._done.is_set():
                return
            last = self.seen[-1].id if self.seen else 0
            with self._dashboard.stream(connection, self.session_id, last) as answer:
                self._read(answer)

    def _read(self, answer: http.client.HTTPResponse) -> None:
        fields: dict[str, str] = {}
        for line in answer:
            if self._done.is_set():
                return
            text = line.decode().rstrip("\n")
            if text:
                name, _, value = text.partition(": ")
                fields[name] = value
                continue
            # Only an empty line ends an event: half of one is read anew after a cut.
            if "id" in fields:
                self.seen.append(Event(int(fields["id"]), fields["event"], json.loads(fields["data"])))
            fields = {}
