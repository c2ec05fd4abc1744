"""Beside another site, behind another proxy, under a flood, and what is written down of it all."""

import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.mirror import Mirror
from tests.running_nginx import RunningNginx

ANOTHER_SITE = """
server {
    listen PORT ssl;
    location / { return 200 "another site"; }
    include conf.d/face-check-in/location.conf;
}
"""


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    """What stands behind."""
    mirror = Mirror("mirror")
    yield mirror
    mirror.close()


class Asking:
    """Requests on one TLS connection; the answer's body is JSON where it says so."""

    def __init__(self, nginx: RunningNginx) -> None:
        trust = ssl.create_default_context(cafile=nginx.certificate)
        self._connection = http.client.HTTPSConnection(
            "localhost", nginx.https_port, context=trust, timeout=20
        )

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict | str]:
        """Status and body."""
        self._connection.request("GET", path, headers=headers or {})
        answer = self._connection.getresponse()
        body = answer.read().decode()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(body) if is_json else body

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def test_it_lives_beside_another_site(mirror: Mirror, tmp_path: Path) -> None:
    nginx = RunningNginx.start(tmp_path, mirror.address, "/check-in", site=ANOTHER_SITE)
    try:
        asking = Asking(nginx)
        assert asking.get("/") == (200, "another site")
        assert asking.get("/check-in-times") == (200, "another site")
        assert asking.get("/check-in/kiosk")[1]["path"] == "/kiosk"
        asking.close()
    finally:
        nginx.stop()


@pytest.mark.parametrize(
    ("proxies", "chain", "believed"),
    [
        ("", "203.0.113.9", "127.0.0.1"),
        ("10.1.1.1", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "8.8.8.8, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1 10.1.0.0/16", "8.8.8.8, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
    ],
)
def test_the_chain_is_believed_as_far_as_known_proxies_made_it(
    mirror: Mirror, tmp_path: Path, proxies: str, chain: str, believed: str
) -> None:
    nginx = RunningNginx.start(tmp_path, mirror.address, PROXIES_IN_FRONT=proxies)
    try:
        asking = Asking(nginx)
        _, seen = asking.get("/kiosk", {"X-Forwarded-For": chain})
        assert [value for name, value in seen["headers"] if name == "x-forwarded-for"] == [believed]
        asking.close()
    finally:
        nginx.stop()


@pytest.mark.parametrize(("language", "words"), [("en", "Too many requests"), ("ko", "너무 많습니다")])
def test_a_flood_from_one_address_is_held_off(
    mirror: Mirror, tmp_path: Path, language: str, words: str
) -> None:
    limits = {"REQUESTS_PER_SECOND": "1", "REQUESTS_AT_ONCE": "5", "PROXIES_IN_FRONT": "127.0.0.1"}
    nginx = RunningNginx.start(tmp_path, mirror.address, "/check-in", **limits)
    try:
        asking = Asking(nginx)
        flood = {"Accept-Language": language, "X-Forwarded-For": "203.0.113.9"}
        answers = [asking.get("/check-in/api/v1/kiosk", flood) for _ in range(12)]
        statuses = [status for status, _ in answers]
        assert statuses[:6] == [200] * 6
        assert set(statuses[8:]) == {429}
        assert answers[-1][1]["reason"] == "too_many_requests"
        assert words in answers[-1][1]["message"]
        calm = {"X-Forwarded-For": "203.0.113.10"}
        assert asking.get("/check-in/api/v1/kiosk", calm)[0] == 200, "others are let in"
        asking.close()
    finally:
        nginx.stop()


def test_the_log_leads_from_an_answer_to_the_app_s_lines_and_holds_no_keys(
    mirror: Mirror, tmp_path: Path
) -> None:
    nginx = RunningNginx.start(tmp_path, mirror.address, "/check-in")
    keys = ["setup/s3cret", "choose-password/s3cret", "me/s3cret/contests/7", "calendars/s3cret.ics"]
    keys += ["my-code/s3cret", "lti/connect/s3cret", "courses?search=s3cret"]
    try:
        asking = Asking(nginx)
        ids = []
        for path in keys:
            status, seen = asking.get(f"/check-in/{path}", {"X-Request-ID": "forged"})
            assert status == 200
            ids += [value for name, value in seen["headers"] if name == "x-request-id"]
        asking.close()
    finally:
        nginx.stop()
    text = (nginx.folder / "requests.log").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["request_id"] for line in lines] == ids
    assert len(set(ids)) == len(keys)
    assert "s3cret" not in text
    assert float(lines[0]["seconds"]) >= 0
    assert lines[0]["upstream"] == mirror.address
