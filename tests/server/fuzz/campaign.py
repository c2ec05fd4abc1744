"""Sends what bodies and forms give, bent, to the app, and notes what it must never do."""

import faulthandler
import gc
import io
import logging
import random
import sys
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse

from recognition.exceptions import ImageRejected
from recognition.image import decode_image
from server.models import Role
from server.runtime import Runtime
from tests.server.fuzz.bodies import Bodies
from tests.server.fuzz.forms import Field, Form, crawl
from tests.server.fuzz.mutations import WORDS, word
from tests.server.people import Auth, make_account

SLOW_S = 5.0
"""No case may take longer. Most take milliseconds; 24 million pixels take one second."""
STUCK_S = 120
"""After this the process ends with the stack of every thread."""
PAGES = 120
LOST = ("sign-out", "/demo/removal", "/archive")
"""Parts of addresses whose forms would end the campaign early."""
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUIRK")
HEADERS = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Forwarded",
    "Host",
    "If-Modified-Since",
    "If-None-Match",
    "Last-Event-ID",
    "Origin",
    "Range",
    "Referer",
    "Sec-Fetch-Site",
    "X-CSRFToken",
    "X-Forwarded-For",
    "X-Request-ID",
)
KINDS = {"image": "picture", ".zip": "photos", ".ics": "calendar", "json": "gestures"}


@dataclass
class Findings:
    """What a campaign saw: how often which answer, what was wrong, the slowest case in seconds."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    worst: tuple[float, str] = (0.0, "")

    def add(self, what: str, answer: str, seconds: float) -> None:
        """Note one case."""
        self.answers[answer] += 1
        self.worst = max(self.worst, (seconds, what))
        if seconds > SLOW_S:
            self.wrong.append(f"{what}: {seconds:.1f} s")

    def __str__(self) -> str:
        counts = ", ".join(f"{number:,} × {answer}" for answer, number in sorted(self.answers.items()))
        seconds, what = self.worst
        return f"{self.answers.total():,} cases ({counts}); the slowest took {seconds:.2f} s: {what}"


class _Tracebacks(logging.Handler):
    """Keeps the last exception that the app logged."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.last = "".join(traceback.format_exception(*record.exc_info)[-4:])


@contextmanager
def watched() -> Iterator[None]:
    """Ends the process, telling where every thread is, when the block does not end."""
    faulthandler.dump_traceback_later(STUCK_S, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def memory() -> float:
    """Megabytes that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def pictures(bodies: Bodies, cases: int, seed: int) -> Findings:
    """Decodes bent pictures: each comes out as pixels or is refused."""
    chance, found = random.Random(seed), Findings()
    for number in range(cases):
        data = bodies.draw("picture", chance)
        begun = time.monotonic()
        try:
            with watched():
                answer = "decoded" if decode_image(data).ndim == 3 else "no picture"
        except ImageRejected as refusal:
            answer = refusal.reason
        except Exception as error:  # noqa: BLE001
            answer = type(error).__name__
            found.wrong.append(f"picture {number} of seed {seed}: {error!r}")
        found.add(f"picture {number} of seed {seed}", answer, time.monotonic() - begun)
    return found


class Campaign:
    """Requests of an administrator, of a kiosk, and of somebody who is neither."""

    def __init__(self, app: Flask, bodies: Bodies, course_id: int, session_id: int, student_id: int) -> None:
        self._app, self._bodies = app, bodies
        self._ids = (course_id, session_id, student_id)
        self._forms: list[Form] = []
        self._addresses: list[str] = []
        self._names = 0
        self._tracebacks = _Tracebacks()
        self.auth = self._somebody_new()

    def run(self, cases: int, seed: int) -> Findings:
        """So many requests; the same seed gives the same ones while the pages are the same."""
        found = Findings()
        logger = logging.getLogger("server")
        logger.addHandler(self._tracebacks)
        try:
            for number in range(cases):
                if number % 1000 == 0:
                    self._look_around()
                chance = random.Random(seed * 1_000_000 + number)
                self._one(chance, f"request {number} of seed {seed}", found)
        finally:
            logger.removeHandler(self._tracebacks)
        return found

    def _one(self, chance: random.Random, name: str, found: Findings) -> None:
        act = chance.choices((self._form, self._address, self._header), (8, 1, 1))[0]
        send, what = act(chance)
        self._tracebacks.last = ""
        begun = time.monotonic()
        label = f"{name}: {what}"
        try:
            with watched():
                answer = send()
                answer.close()
        except Exception as error:  # noqa: BLE001
            found.wrong.append(f"{label}: {error!r}\n{self._tracebacks.last}")
            return
        seconds = time.monotonic() - begun
        found.add(label, str(answer.status_code), seconds)
        if answer.status_code >= 500:
            found.wrong.append(f"{label}: {answer.status_code}\n{self._tracebacks.last}")
        if answer.status_code == 302 and "/sign-in" in answer.headers.get("Location", ""):
            self.auth = self._somebody_new()

    def _somebody_new(self) -> Auth:
        """An administrator whom nothing has locked out yet."""
        self._names += 1
        runtime: Runtime = self._app.extensions["face_checkin"]
        with runtime.sessions() as db:
            account = make_account(db, f"fuzz{uuid.uuid4().hex}@school.example", Role.ADMINISTRATOR)
            return Auth(self._app).sign_in(account)

    def _look_around(self) -> None:
        def get(address: str) -> tuple[str, str]:
            answer = self.auth.client.get(address, follow_redirects=True, buffered=False)
            page = answer.text if answer.mimetype == "text/html" else ""
            answer.close()
            return answer.request.path, page

        forms, self._addresses = crawl(get, "/", PAGES)
        self._forms = [one for one in forms if not any(lost in one.action for lost in LOST)]
        self._forms += self._calls()

    def _calls(self) -> list[Form]:
        """What scripts send, and more often than forms: the calls that take pictures and archives."""
        course, session, student = self._ids
        visit = [
            Field("nonce", usual=(str(uuid.UUID(int=7)),)),
            Field("session_id", usual=(str(session),)),
            Field("captured_at", usual=(datetime.now(UTC).isoformat(),)),
            Field("gesture", usual=("{}",)),
            Field("kept", usual=("true",)),
            Field("challenge", usual=("x",)),
            Field("frames", "file", accept="image/*"),
            Field("challenge_frames", "file", accept="image/*"),
        ]
        looks = [Field("metric", usual=("cosine", "euclidean")), Field("threshold", usual=("0.5",))]
        both = [Field(name, "file", accept="image/*") for name in ("first", "second")]
        room = [Field("session_id", usual=(str(session),)), Field("picture", "file", accept="image/*")]
        at = f"/courses/{course}/students/{student}"
        return [
            Form("POST", "/api/v1/check-ins", visit),
            Form("POST", "/api/v1/verifications", [*looks, *both]),
            Form("POST", "/api/v1/roll-calls", [*room, Field("live", usual=("true",)), Field("camera_id")]),
            Form("POST", f"{at}/shots/check", [Field("shot"), Field("frame", "file", accept="image/*")]),
            Form("POST", f"{at}/photos", [Field("photos", "file", accept="image/*")]),
            Form("POST", f"/courses/{course}/roster", [Field("roster-file", "file", accept="roster")]),
            Form("POST", f"/courses/{course}/photos/imports", [Field("zip", "file", accept=".zip")]),
            Form("POST", f"/courses/{course}/calendar", [Field("calendar", "file", accept=".ics")]),
            Form("POST", "/gestures", [Field("name"), Field("export", "file", accept="json")]),
        ]

    def _form(self, chance: random.Random) -> tuple[Callable[[], TestResponse], str]:
        form = chance.choice(self._forms)
        content: MultiDict[str, object] = MultiDict()
        for one in form.fields:
            if one.name == "csrf_token" or chance.random() < 0.05:
                continue
            for _ in range(chance.choice((1, 1, 1, 1, 2, 6))):
                content.add(one.name, self._content(one, chance))
        if chance.random() < 0.95:
            content.setdefault("csrf_token", self.auth.token())
        headers = {"X-CSRFToken": self.auth.token()} if form.action.startswith("/api/") else {}

        def send() -> TestResponse:
            return self._open(
                form.action,
                chance,
                method=form.method,
                headers=headers,
                **{"query_string" if form.method == "GET" else "data": content},
            )

        return send, f"{form.method} {form.action}"

    def _content(self, one: Field, chance: random.Random) -> object:
        if one.kind != "file":
            usual = chance.choice(one.usual)
            return usual if chance.random() < 0.75 else word(chance, usual)
        kind = next((kind for word, kind in KINDS.items() if word in one.accept), "roster")
        data = self._bodies.draw(kind, chance)
        name = chance.choice(("a.jpg", "a.zip", "model.json", chance.choice(WORDS)[:200]))
        return FileStorage(io.BytesIO(data), name, one.name)

    def _address(self, chance: random.Random) -> tuple[Callable[[], TestResponse], str]:
        path, _, query = chance.choice(self._addresses).partition("?")
        parts = path.split("/")
        parts[chance.randrange(len(parts))] = word(chance, "12")[:300]
        named = [pair.partition("=")[0] for pair in query.split("&") if pair]
        named.append(chance.choice(("page", "sort", "q", "state")))
        asked = {name: word(chance, "1")[:300] for name in named}
        address = "/" + "/".join(parts).lstrip("/").replace("?", "%3F").replace("#", "%23")
        return lambda: self._open(address, chance, query_string=asked), f"GET {address[:80]!r} {asked}"[:200]

    def _header(self, chance: random.Random) -> tuple[Callable[[], TestResponse], str]:
        address, method = chance.choice(self._addresses), chance.choice(METHODS)
        values = {name: word(chance, "ko-KR,en;q=0.5")[:2000] for name in chance.sample(HEADERS, 3)}
        headers = {
            name: text.replace("\r", " ").replace("\n", " ").encode().decode("latin-1")
            for name, text in values.items()
        }
        return (
            lambda: self._open(address, chance, method=method, headers=headers),
            f"{method} {address} {values}"[:300],
        )

    def _open(self, address: str, chance: random.Random, **options: object) -> TestResponse:
        origin = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
        return self.auth.client.open(
            address, buffered=False, environ_overrides={"REMOTE_ADDR": origin}, **options
        )
