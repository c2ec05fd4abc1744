"""Who uses several replicas at a time: browsers, kiosks, and crowds of them."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import requests

PASSWORD = "a long walk by the river"
KIOSK_GIVES_UP_S = 60.0


class Browser(requests.Session):
    """A small browser at the root of the app: keeps cookies and connections, follows no redirect."""

    def __init__(self, root: str, certificate: Path | None = None) -> None:
        super().__init__()
        self.root = root
        self.verify = str(certificate) if certificate is not None else True
        self.trust_env = False
        self.headers["Referer"] = root + "/"

    def request(self, method: str, url: str, **options: object) -> requests.Response:
        """One request to a path of the app."""
        return super().request(
            method, self.root + url, **{"timeout": 30, **options, "allow_redirects": False}
        )

    def token(self, page: str) -> str:
        """The token that the forms of a page carry."""
        return self.get(page).text.split('name="csrf-token" content="')[1].split('"')[0]

    def post_form(self, path: str, **fields: str) -> requests.Response:
        """Send the form of a page, with the page's token."""
        return self.post(path, data={**fields, "csrf_token": self.token(path)})

    def sign_in(self) -> None:
        """As the administrator that `become_administrator` made."""
        answer = self.post_form("/sign-in", email="haneul@school.example", password=PASSWORD)
        assert answer.status_code == 302, answer.text

    def become_administrator(self, setup_path: str) -> None:
        """Use the one-time link."""
        person = {"name": "Haneul Kim", "email": "haneul@school.example"}
        answer = self.post_form(setup_path, **person, password=PASSWORD, repeated=PASSWORD)
        assert answer.status_code == 302, answer.text


@dataclass
class Kiosk:
    """Shows somebody's pictures, and answers "is this you?" with yes. Retries as the real one does.

    :ivar hitches: what went wrong on the way, although it was tried again.
    """

    browser: Browser
    session_id: int
    visits: dict[str, dict] = field(default_factory=dict)
    hitches: list[str] = field(default_factory=list)

    def visit(self, picture: bytes) -> dict:
        """One visit; the last answer's body."""
        nonce = str(uuid.uuid4())
        fields = {
            "session_id": str(self.session_id),
            "nonce": nonce,
            "captured_at": datetime.now(UTC).isoformat(),
        }
        frames = [("frames", ("frame.jpg", picture, "image/jpeg"))]
        body = self._insist(
            lambda: self.browser.post("/api/v1/check-ins", data=fields, files=frames, timeout=15)
        )
        if body["reason"] == "match":
            path = f"/api/v1/check-ins/{body['id']}/answer"
            body = self._insist(lambda: self.browser.post(path, json={"answer": "O"}))
        self.visits[nonce] = body
        return body

    def _insist(self, ask: Callable[[], requests.Response]) -> dict:
        gives_up = time.monotonic() + KIOSK_GIVES_UP_S
        while True:
            try:
                answer = ask()
                if answer.status_code == 200:
                    return answer.json()
                self.hitches.append(f"{answer.status_code} {answer.url} {answer.text[:200]}")
            except requests.RequestException as error:
                self.hitches.append(f"{type(error).__name__}: {error}")
            assert time.monotonic() < gives_up, self.hitches
            time.sleep(0.2)


class Crowd:
    """Several who do something again and again, each in a thread of their own, until the crowd goes home."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.done = 0
        self._home = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, action: Callable[[], str | None], every_s: float) -> None:
        """Somebody who does this; what it gives, or raises, is a failure."""

        def live() -> None:
            while not self._home.wait(every_s):
                try:
                    failure = action()
                except (requests.RequestException, AssertionError) as error:
                    failure = f"{type(error).__name__}: {error}"
                if failure is not None:
                    self.failures.append(failure)
                self.done += 1

        self._threads.append(threading.Thread(target=live, daemon=True))
        self._threads[-1].start()

    def stop_coming(self) -> None:
        """Nobody begins anew."""
        self._home.set()

    def go_home(self) -> None:
        """Everybody ends what they are doing."""
        self.stop_coming()
        for thread in self._threads:
            thread.join(90)


def expect(answer: requests.Response, *statuses: int) -> str | None:
    """What is wrong with an answer, if anything."""
    if answer.status_code in (statuses or (200,)):
        return None
    return f"{answer.status_code} {answer.request.method} {answer.url} {answer.text[:300]}"
