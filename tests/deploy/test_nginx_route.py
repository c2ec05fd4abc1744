"""What nginx hands to what stands behind it, seen from an upstream that answers with the request it got."""

import http.client
import json
import ssl
import time
from collections.abc import Iterator

import pytest

from tests.deploy.mirror import Mirror
from tests.running_nginx import RunningNginx, script


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """Address of the mirror."""
    mirror = Mirror("mirror")
    yield mirror.address
    mirror.close()


@pytest.fixture(scope="module", params=["", "/check-in"], ids=["root", "prefix"])
def nginx(
    request: pytest.FixtureRequest, upstream: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningNginx]:
    """nginx in front of the mirror."""
    running = RunningNginx.start(tmp_path_factory.mktemp("nginx"), upstream, request.param)
    yield running
    running.stop()


@pytest.fixture
def connection(nginx: RunningNginx) -> Iterator[http.client.HTTPSConnection]:
    """A TLS connection that trusts nginx's certificate and checks the name in it."""
    trust = ssl.create_default_context(cafile=nginx.certificate)
    open_connection = http.client.HTTPSConnection("localhost", nginx.https_port, context=trust, timeout=20)
    yield open_connection
    open_connection.close()


def ask(connection: http.client.HTTPSConnection, path: str, headers: dict[str, str] | None = None) -> dict:
    """What the mirror saw of a request: its path, and its headers by name."""
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    assert answer.status == 200
    seen = json.loads(answer.read())
    return {"path": seen["path"], **dict(seen["headers"])}


def test_plain_http_is_sent_to_tls(nginx: RunningNginx) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", nginx.http_port, timeout=20)
    plain.request("GET", f"{nginx.prefix}/kiosk?lang=ko", headers={"Host": "school.example"})
    answer = plain.getresponse()
    answer.read()
    plain.close()
    place = f"https://school.example:{nginx.https_port}{nginx.prefix}/kiosk?lang=ko"
    assert (answer.status, answer.headers["Location"]) == (308, place)


def test_the_prefix_is_taken_off_and_told(
    nginx: RunningNginx, connection: http.client.HTTPSConnection
) -> None:
    seen = ask(connection, f"{nginx.prefix}/courses/7?page=2")
    assert seen["path"] == "/courses/7?page=2"
    assert seen.get("x-forwarded-prefix", "") == nginx.prefix


def test_a_prefix_from_outside_is_not_believed(
    nginx: RunningNginx, connection: http.client.HTTPSConnection
) -> None:
    seen = ask(connection, f"{nginx.prefix}/", {"X-Forwarded-Prefix": "/elsewhere"})
    assert seen.get("x-forwarded-prefix", "") == nginx.prefix


def test_the_client_s_real_address_scheme_and_host_are_told(
    nginx: RunningNginx, connection: http.client.HTTPSConnection
) -> None:
    seen = ask(connection, f"{nginx.prefix}/", {"X-Forwarded-For": "8.8.8.8", "X-Forwarded-Proto": "http"})
    assert seen["x-forwarded-for"] == "127.0.0.1", "what the client says of itself is not passed on"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["host"] == seen["x-forwarded-host"] == f"localhost:{nginx.https_port}"
    assert len(seen["x-request-id"]) == 32


def test_an_upgrade_passes_through(nginx: RunningNginx, connection: http.client.HTTPSConnection) -> None:
    seen = ask(connection, f"{nginx.prefix}/", {"Upgrade": "websocket", "Connection": "Upgrade"})
    assert (seen["upgrade"], seen["connection"]) == ("websocket", "upgrade")
    assert "connection" not in ask(connection, f"{nginx.prefix}/"), "ordinary requests keep the connection"


def test_events_arrive_one_by_one(nginx: RunningNginx, connection: http.client.HTTPSConnection) -> None:
    connection.request(
        "GET", f"{nginx.prefix}/api/v1/events?session_id=1", headers={"Accept-Encoding": "gzip"}
    )
    answer = connection.getresponse()
    arrivals = []
    while line := answer.readline():
        if line.startswith(b"id:"):
            arrivals.append(time.monotonic())
    gaps = [later - earlier for earlier, later in zip(arrivals, arrivals[1:], strict=False)]
    assert len(gaps) == 2
    assert min(gaps) > 0.3


def test_built_files_are_packed_and_kept_and_pages_are_not(
    nginx: RunningNginx, connection: http.client.HTTPSConnection
) -> None:
    for path, packed, kept in (("/assets/main-3f.js", "gzip", True), ("/courses", None, False)):
        connection.request("GET", nginx.prefix + path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        assert answer.headers["Content-Encoding"] == packed
        assert ("immutable" in answer.headers["Cache-Control"]) is kept


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Accept-Language": "en-GB,en"}, "too large"),
        ({"Accept-Language": "ko-KR,ko;q=0.9,en"}, "너무 큽니다"),
        ({"Accept-Language": "en", "Cookie": "locale=ko"}, "너무 큽니다"),
        ({"Accept-Language": "ko", "Cookie": "locale=en"}, "too large"),
    ],
)
def test_a_body_beyond_the_limit_is_refused_with_its_reason(
    nginx: RunningNginx, connection: http.client.HTTPSConnection, headers: dict[str, str], words: str
) -> None:
    connection.putrequest("POST", f"{nginx.prefix}/api/v1/check-ins")
    for name, value in {"Content-Length": "100000000", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = json.loads(answer.read().decode("utf-8"))
    assert answer.status == 413
    assert answer.headers.get_content_type() == "application/json"
    assert body["reason"] == "too_many_bytes"
    assert words in body["message"]


def test_a_server_that_is_away_is_said_in_json(tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = RunningNginx.start(tmp_path_factory.mktemp("nginx"), "127.0.0.1:9", "/check-in")
    try:
        trust = ssl.create_default_context(cafile=alone.certificate)
        asking = http.client.HTTPSConnection("localhost", alone.https_port, context=trust, timeout=20)
        asking.request("GET", "/check-in/api/v1/kiosk")
        answer = asking.getresponse()
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "5"
        assert json.loads(answer.read())["reason"] == "server_away"
        asking.close()
    finally:
        alone.stop()


@pytest.mark.parametrize("prefix", ["check-in", "/check-in/", "/a b", "/a;}"])
def test_a_prefix_that_is_no_path_is_refused(tmp_path_factory: pytest.TempPathFactory, prefix: str) -> None:
    with pytest.raises(ValueError, match="PREFIX"):
        script("render").render(tmp_path_factory.mktemp("conf"), {"PREFIX": prefix})


def test_the_kiosk_s_pictures_never_touch_the_proxy_s_disk(
    nginx: RunningNginx, connection: http.client.HTTPSConnection
) -> None:
    connection.request("POST", f"{nginx.prefix}/api/v1/check-ins", body=bytes(5_000_000))
    assert connection.getresponse().status == 200
    assert "temporary file" not in (nginx.folder / "error.log").read_text()
    assert list((nginx.folder / "body").iterdir()) == []
