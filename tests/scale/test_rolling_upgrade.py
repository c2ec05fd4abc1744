"""Replicas are upgraded one by one while people use them, with a migration on the way."""

import threading
import time
from itertools import cycle
from pathlib import Path

import pytest
import requests
from sqlalchemy import inspect, select, text

from server.models import OutboxEvent
from tests.running_server import RunningServer
from tests.scale.conftest import Installation
from tests.scale.newer_version import REVISION, make_newer_version
from tests.scale.visitors import Browser, Crowd, expect

pytestmark = pytest.mark.long


class Dashboard:
    """A live roster that is left open: it comes back with the last event it knows, as browsers do."""

    def __init__(self, browser: Browser, session_id: int) -> None:
        self._browser = browser
        self._address = f"/api/v1/events?session_id={session_id}"
        roster = browser.get(f"/api/v1/sessions/{session_id}/roster").json()
        self._last = roster["last_event_id"]
        self.first = self._last
        self.seen: list[int] = []
        self.left = threading.Event()

    def follow(self) -> str | None:
        """Listen until the stream ends, or its next line after the page was left; what went wrong."""
        headers = {"Last-Event-ID": str(self._last)}
        try:
            with self._browser.get(self._address, stream=True, headers=headers) as stream:
                if stream.status_code != 200:
                    return f"{stream.status_code} {stream.text[:200]}"
                for line in stream.iter_lines(chunk_size=1):
                    if line.startswith(b"id: "):
                        self._last = int(line[4:])
                        self.seen.append(self._last)
                    if self.left.is_set():
                        break
        except requests.exceptions.ChunkedEncodingError:
            return None  # The replica went away: a browser comes back.
        return None


def test_no_request_fails_while_replicas_are_upgraded(installation: Installation, tmp_path: Path) -> None:
    newer = make_newer_version(tmp_path)
    crowd, kiosks = Crowd(), [installation.kiosk() for _ in range(2)]
    for place, kiosk in enumerate(kiosks):
        mine = cycle(list(installation.pictures.values())[place::2])
        crowd.add(lambda kiosk=kiosk, mine=mine: kiosk.visit(next(mine)).get("error"), 0.3)
    dashboard = people_at_the_dashboard(installation, crowd)
    one, two = installation.replicas.values()

    upgrade(one, newer)
    assert revision(installation) == REVISION
    assert "works with it" not in two.log.read_text()
    time.sleep(2)
    assert two.stop() == 0
    two.restart()
    assert f"schema ({REVISION}) is newer than this version, which works with it" in two.log.read_text()
    time.sleep(2)
    upgrade(two, newer)
    time.sleep(2)

    crowd.stop_coming()
    time.sleep(2)
    dashboard.left.set()
    crowd.go_home()
    assert crowd.done > 30
    assert crowd.failures + [hitch for kiosk in kiosks for hitch in kiosk.hitches] == []
    with installation.sessions() as db:
        query = select(OutboxEvent.id).where(
            OutboxEvent.session_id == installation.session_id, OutboxEvent.id > dashboard.first
        )
        happened = db.scalars(query.order_by(OutboxEvent.id)).all()
    assert len(happened) > 5
    assert dashboard.seen == happened, "every event once, in order"
    columns = inspect(installation.runtime.database).get_columns("student")
    assert "nickname" in {column["name"] for column in columns}


def upgrade(server: RunningServer, tree: Path) -> None:
    """Stop a replica and start it as the newer version."""
    assert server.stop() == 0
    server.tree = tree
    server.restart()


def revision(installation: Installation) -> str:
    with installation.sessions() as db:
        return db.scalar(text("SELECT version_num FROM alembic_version"))


def people_at_the_dashboard(installation: Installation, crowd: Crowd) -> Dashboard:
    """Somebody marks by hand, somebody reads pages, and a live roster is open."""
    marking, reading, watching = (installation.browser() for _ in range(3))
    for browser in (marking, reading, watching):
        browser.sign_in()
    token = marking.token("/courses")
    session = f"/api/v1/sessions/{installation.session_id}"
    students = cycle([entry["student"]["id"] for entry in marking.get(f"{session}/roster").json()["entries"]])
    statuses, pages = cycle(["present", "late"]), cycle(["/", "/courses", "/kiosk", "/api/v1/kiosk"])

    def mark() -> str | None:
        path, told = f"{session}/attendance/{next(students)}", {"status": next(statuses)}
        return expect(marking.post(path, json=told, headers={"X-CSRFToken": token}))

    dashboard = Dashboard(watching, installation.session_id)
    crowd.add(mark, 0.3)
    crowd.add(lambda: expect(reading.get(next(pages))), 0.2)
    crowd.add(dashboard.follow, 0.2)
    return dashboard
