"""A kiosk of the crash test: like the real one it sends a visit again until the server has answered."""

from __future__ import annotations

import http.client
import itertools
import json
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from benchmarks.crash_class import Task
from benchmarks.kiosk import multipart
from benchmarks.server_process import ServerFailed

TIMEOUT_S = 15.0
PAUSE_S = 0.25
MOST_PAUSE_S = 10.0
SECONDS_TO_GIVE_UP = 180.0
NOT_NOW = {408, 425, 429, 500, 502, 503, 504}
TRIES = 8
"""Visits of one person: a burst may be too poor to tell who it is."""


@dataclass(frozen=True)
class Acknowledged:
    """What the server told this kiosk, and so must have stored.

    status: of the check-in; recorded_at: of the attendance that an O or a card made.
    """

    nonce: str
    id: str
    session_id: int
    student_id: int | None
    status: str
    reason: str
    answer: str | None = None
    recorded_at: str | None = None


@dataclass
class Kiosk:
    """One paired browser. acknowledged: all that it was told; repeated: why requests were sent again."""

    port: int
    token: str
    acknowledged: list[Acknowledged] = field(default_factory=list)
    repeated: Counter[str] = field(default_factory=Counter)
    _connection: http.client.HTTPConnection | None = None

    def serve(self, task: Task, session_id: int) -> None:
        """One person, until the server has said that they are there. Raises ServerFailed if it never does."""
        not_me = task.not_me
        for burst in itertools.islice(itertools.cycle(task.bursts or ((),)), TRIES):
            nonce = str(uuid.uuid4())
            if task.card is not None:
                visit = self._claim(nonce, session_id, task.card)
            else:
                body, content_type = multipart(burst, session_id, nonce)
                visit = self._post("/api/v1/check-ins", body, content_type)[1]
            if "id" not in visit:
                raise ServerFailed(f"a visit was answered {visit}")
            if visit["status"] != "awaiting_answer":
                self._note(nonce, session_id, task, visit)
                if visit["status"] == "accepted":
                    return
                continue
            letter = "X" if not_me else "O"
            status, answer = self._answer(visit["id"], letter)
            if status == 410:  # More than a minute went by meanwhile: the student is asked to try again.
                self._note(nonce, session_id, task, visit | {"status": "expired"})
                continue
            if status != 200:
                raise ServerFailed(f"visit {visit['id']} was acknowledged, its answer was answered {answer}")
            self._note(nonce, session_id, task, answer | {"reason": visit["reason"]}, letter)
            if not not_me:
                return
            not_me = False
        raise ServerFailed(f"student {task.student_id} was not recognised in {TRIES} visits")

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _note(
        self, nonce: str, session_id: int, task: Task, body: dict[str, Any], answer: str | None = None
    ) -> None:
        told = Acknowledged(
            nonce,
            body["id"],
            session_id,
            body["student"]["id"] if body.get("student") else None,
            body["status"],
            body["reason"],
            answer,
            (body.get("attendance") or {}).get("recorded_at"),
        )
        if told.student_id not in {None, task.student_id}:
            raise ServerFailed(f"student {task.student_id} was taken for {told.student_id}")
        self.acknowledged.append(told)

    def _claim(self, nonce: str, session_id: int, code: str) -> dict[str, Any]:
        fields = {
            "nonce": nonce,
            "session_id": session_id,
            "captured_at": datetime.now(UTC).isoformat(),
            "code": code,
        }
        return self._post("/api/v1/check-ins/codes", json.dumps(fields).encode(), "application/json")[1]

    def _answer(self, check_in_id: str, letter: str) -> tuple[int, dict[str, Any]]:
        body = json.dumps({"answer": letter}).encode()
        return self._post(f"/api/v1/check-ins/{check_in_id}/answer", body, "application/json")

    def _post(self, path: str, body: bytes, content_type: str) -> tuple[int, dict[str, Any]]:
        """The first answer that is one; until then the same again, after as long as the server asked for."""
        ends = time.monotonic() + SECONDS_TO_GIVE_UP
        headers = {"Content-Type": content_type, "Cookie": f"kiosk={self.token}"}
        while time.monotonic() < ends:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
            try:
                self._connection.request("POST", path, body, headers)
                response = self._connection.getresponse()
                content = json.loads(response.read())
            except (OSError, http.client.HTTPException) as error:
                self.close()
                self.repeated[type(error).__name__] += 1
                time.sleep(PAUSE_S)
                continue
            if response.status not in NOT_NOW:
                return response.status, content
            self.repeated[f"{response.status} {content.get('reason')}"] += 1
            time.sleep(min(MOST_PAUSE_S, max(PAUSE_S, float(response.getheader("Retry-After", "0")))))
        raise ServerFailed(f"{path} was not answered for {SECONDS_TO_GIVE_UP:.0f} s")
