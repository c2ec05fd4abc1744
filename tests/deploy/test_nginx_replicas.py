"""Several replicas behind nginx: who gets what, what is tried again elsewhere and what never is."""

import http.client
import json
import ssl
from collections.abc import Iterator

import pytest

from tests.deploy.mirror import Mirror
from tests.running_nginx import RunningNginx, script
from tests.running_server import free_port


@pytest.fixture
def pair() -> Iterator[tuple[Mirror, Mirror]]:
    """Two upstreams."""
    mirrors = Mirror("one"), Mirror("two")
    yield mirrors
    for mirror in mirrors:
        mirror.close()


@pytest.fixture
def nginx(pair: tuple[Mirror, Mirror], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNginx]:
    """nginx in front of both."""
    upstream = " ".join(mirror.address for mirror in pair)
    running = RunningNginx.start(tmp_path_factory.mktemp("nginx"), upstream, "/check-in")
    yield running
    running.stop()


def ask(nginx: RunningNginx, method: str, path: str) -> tuple[int, str | None]:
    """Status of a request, and who answered it."""
    trust = ssl.create_default_context(cafile=nginx.certificate)
    connection = http.client.HTTPSConnection("localhost", nginx.https_port, context=trust, timeout=20)
    connection.request(method, nginx.prefix + path, body=b"{}" if method == "POST" else None)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    is_json = answer.headers.get_content_type() == "application/json" or path.startswith("/assets/")
    return answer.status, json.loads(body).get("name") if is_json else None


def test_requests_are_shared_out(nginx: RunningNginx) -> None:
    answered = [ask(nginx, "POST", "/api/v1/check-ins")[1] for _ in range(20)]
    assert answered.count("one") == answered.count("two") == 10


@pytest.mark.parametrize("mood", ["broken", "not_ready"])
@pytest.mark.parametrize(
    "request_line",
    [
        "GET /courses",
        "GET /api/v1/kiosk",
        "POST /api/v1/check-ins",
        "POST /api/v1/check-ins/4711/answer",
        "POST /api/v1/check-ins/codes",
        "POST /api/v1/check-ins/pins",
    ],
)
def test_what_may_be_sent_twice_is_tried_elsewhere(
    nginx: RunningNginx, pair: tuple[Mirror, Mirror], request_line: str, mood: str
) -> None:
    pair[0].mood = mood
    assert [ask(nginx, *request_line.split()) for _ in range(4)] == [(200, "two")] * 4
    assert len(pair[0].seen) in {1, 2}, "and a replica that fails is left out for a while"


@pytest.mark.parametrize(
    "path", ["/courses/1/students", "/api/v1/sessions/1/attendance", "/api/v1/roll-calls", "/sign-in"]
)
def test_what_writes_is_never_sent_twice(nginx: RunningNginx, pair: tuple[Mirror, Mirror], path: str) -> None:
    for mirror in pair:
        mirror.mood = "broken"
    status, _ = ask(nginx, "POST", path)
    assert status in {502, 503}
    assert [*pair[0].seen, *pair[1].seen] == [f"POST {path}"]


def test_a_replica_that_is_away_gets_nothing_so_anything_is_tried_elsewhere(
    pair: tuple[Mirror, Mirror], tmp_path_factory: pytest.TempPathFactory
) -> None:
    upstream = f"127.0.0.1:{free_port()},{pair[0].address}"
    running = RunningNginx.start(tmp_path_factory.mktemp("nginx"), upstream)
    try:
        assert [ask(running, "POST", "/courses") for _ in range(6)] == [(200, "one")] * 6
    finally:
        running.stop()


def test_a_built_file_is_found_at_whichever_replica_has_it(
    nginx: RunningNginx, pair: tuple[Mirror, Mirror]
) -> None:
    pair[0].mood = "missing"
    assert [ask(nginx, "GET", "/assets/main-3f.js") for _ in range(4)] == [(200, "two")] * 4
    assert 404 in {ask(nginx, "GET", "/courses")[0] for _ in range(4)}, "any other page is as it is"


def test_there_is_at_least_one_server() -> None:
    with pytest.raises(ValueError, match="UPSTREAM"):
        script("render").words({"UPSTREAM": " "})
