"""The configuration that ships, with the real nginx and the real server: what only both together can show."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from tests.running_nginx import RunningNginx
from tests.running_server import RunningServer

PREFIX = "/check-in"
PASSWORD = "a long walk by the river"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Trusts one proxy, and has the demo class."""
    running = RunningServer.start(tmp_path_factory.mktemp("server"), trusted_proxies="1")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def nginx(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNginx]:
    """In front of it, under a prefix."""
    running = RunningNginx.start(tmp_path_factory.mktemp("nginx"), f"127.0.0.1:{server.port}", PREFIX)
    yield running
    running.stop()


class Client(requests.Session):
    """A small browser at the app's root: trusts nginx's certificate, keeps cookies, follows no redirect."""

    def __init__(self, nginx: RunningNginx) -> None:
        super().__init__()
        self.root = nginx.url.replace("127.0.0.1", "localhost")
        self.verify = str(nginx.certificate)
        self.trust_env = False
        self.headers["Referer"] = self.root + "/"

    def request(self, method: str, url: str, **options: object) -> requests.Response:
        """One request to a path of the app."""
        return super().request(
            method, self.root + url, **{"timeout": 30, **options, "allow_redirects": False}
        )

    def post_form(self, path: str, **fields: str) -> requests.Response:
        """Send the form of a page, with the page's token."""
        token = self.get(path).text.split('name="csrf-token" content="')[1].split('"')[0]
        return self.post(path, data={**fields, "csrf_token": token})

    def check_in(self, *pictures: bytes) -> requests.Response:
        """Send a visit to the demo class's session."""
        fields = {
            "session_id": self.get("/api/v1/kiosk").json()["sessions"][0]["id"],
            "nonce": str(uuid.uuid4()),
            "captured_at": datetime.now(UTC).isoformat(),
        }
        frames = [("frames", ("frame.jpg", picture, "image/jpeg")) for picture in pictures]
        return self.post("/api/v1/check-ins", data=fields, files=frames)


@pytest.fixture
def new_client(nginx: RunningNginx) -> Iterator[Callable[[], Client]]:
    """Makes clients without cookies."""
    clients: list[Client] = []

    def make() -> Client:
        clients.append(Client(nginx))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(new_client: Callable[[], Client]) -> Client:
    """One of them."""
    return new_client()


def test_links_and_redirects_stay_under_the_prefix(client: Client) -> None:
    page = client.get("/kiosk")
    assert page.status_code == 200
    assert f'src="{PREFIX}/assets/' in page.text
    assert f'data-api-root="{PREFIX}/api/v1' in page.text
    away = client.get("/courses")
    assert away.status_code == 302
    assert away.headers["Location"].startswith(f"{PREFIX}/sign-in")


def test_cookies_are_for_tls_and_the_prefix_only(client: Client) -> None:
    client.get("/sign-in")
    assert {cookie.path.rstrip("/") for cookie in client.cookies} == {PREFIX}
    assert all(cookie.secure for cookie in client.cookies)


def test_built_files_are_immutable_and_packed(client: Client) -> None:
    path = client.get("/kiosk").text.split(f'src="{PREFIX}')[1].split('"')[0]
    script = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert {"public", "immutable", "max-age=31536000"} <= set(script.headers["Cache-Control"].split(", "))
    assert script.headers["Content-Encoding"] == "gzip"


def test_a_picture_that_is_too_big_is_refused_by_the_app_in_its_words(client: Client) -> None:
    refused = client.check_in(bytes(9 * 1024 * 1024))
    assert (refused.status_code, refused.json()["reason"]) == (413, "too_many_bytes")


def test_an_event_is_at_the_dashboard_at_once(
    client: Client, new_client: Callable[[], Client], server: RunningServer, demo_people: Path
) -> None:
    person = {"name": "Haneul Kim", "email": "haneul@school.example"}
    made = client.post_form(server.setup_path(), **person, password=PASSWORD, repeated=PASSWORD)
    assert (made.status_code, made.headers["Location"]) == (302, f"{PREFIX}/")
    session = client.get("/api/v1/kiosk").json()["sessions"][0]["id"]
    events = client.get(f"/api/v1/events?session_id={session}", stream=True)
    assert events.headers["Content-Type"].startswith("text/event-stream")

    visitor = new_client()
    visit = visitor.check_in((demo_people / "dana" / "probe" / "01.jpg").read_bytes()).json()
    assert visit["reason"] == "match"
    began = time.monotonic()
    answered = visitor.post(f"/api/v1/check-ins/{visit['id']}/answer", json={"answer": "O"})
    assert answered.json()["status"] == "accepted"
    lines = events.iter_lines(chunk_size=1)
    assert any(line == b"event: attendance" for line in lines)
    assert time.monotonic() - began < 1.0
    assert b'"present"' in next(lines)
    events.close()


def test_a_request_has_the_same_id_in_every_log_and_on_the_page_of_its_error(
    client: Client, nginx: RunningNginx, server: RunningServer
) -> None:
    answer = client.post("/sign-in", headers={"X-Request-ID": "from-the-browser"})
    number = answer.headers["X-Request-ID"]
    assert number != "from-the-browser"
    assert f"<code>{number}</code>" in answer.text
    (line,) = (line for line in (nginx.folder / "requests.log").read_text().splitlines() if number in line)
    assert json.loads(line)["status"] == "400"
    assert "sign-in" not in line
    assert f"[{number}]: POST pages.sign_in: 400" in server.log.read_text()


def test_figures_about_the_installation_stay_inside(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


def test_who_guesses_passwords_is_slowed_down(client: Client) -> None:
    wrong = {"email": "nobody@school.example", "password": "not the password"}
    assert {client.post_form("/sign-in", **wrong).status_code for _ in range(8)} == {422}
    assert client.post_form("/sign-in", **wrong).status_code == 429
