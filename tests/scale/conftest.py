"""Two replicas behind nginx, with PostgreSQL and Redis: what compose.yaml starts, from Debian's packages.

Each has a data folder of its own, as on hosts of their own; the keys are in the environment.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from server import create_app
from server.runtime import Runtime
from server.services import demo
from server.settings import Settings
from tests.running_nginx import RunningNginx
from tests.running_postgresql import RunningPostgresql
from tests.running_redis import RunningRedis
from tests.running_server import RunningServer
from tests.scale.visitors import Browser, Kiosk

REPLICAS = ("one", "two")
KEYS = ("secret", "data", "model", "audit", "certificate")


@dataclass
class Installation:
    """All of it.

    :ivar runtime: of the tests themselves, to look into the database and to put work into the queue.
    """

    replicas: dict[str, RunningServer]
    nginx: RunningNginx
    runtime: Runtime
    pictures: dict[str, bytes]
    session_id: int
    course_id: int
    administrator: Browser | None = None

    def browser(self) -> Browser:
        """A new one, before nginx."""
        return Browser(self.nginx.url.replace("127.0.0.1", "localhost"), self.nginx.certificate)

    def browser_at(self, name: str) -> Browser:
        """A new one that knows one replica's own address."""
        return Browser(self.replicas[name].url)

    def kiosk(self, browser: Browser | None = None) -> Kiosk:
        """A new kiosk in the demo class."""
        return Kiosk(browser or self.browser(), self.session_id)

    def sessions(self) -> Session:
        """A session of the database."""
        return self.runtime.sessions()

    def upstreams(self) -> list[str]:
        """The replicas that nginx asked, one entry a request, by name."""
        names = {f"127.0.0.1:{server.port}": name for name, server in self.replicas.items()}
        lines = (self.nginx.folder / "requests.log").read_text().splitlines()
        return [names.get(json.loads(line)["upstream"], "several") for line in lines]


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgresql]:
    running = RunningPostgresql.start(tmp_path_factory.mktemp("postgresql"))
    running.execute("CREATE DATABASE {}", "school")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRedis]:
    running = RunningRedis.start(tmp_path_factory.mktemp("redis"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def installation(
    postgresql: RunningPostgresql,
    redis: RunningRedis,
    demo_people: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("replicas")
    keys = {f"{name}_key": secrets.token_hex(32) for name in KEYS}
    place = {"database_url": postgresql.url + "school", "redis_url": redis.url, **keys}
    options = {**place, "trusted_proxies": "1", "threads": "24", "webhook_hosts": "127.0.0.1"}
    with ExitStack() as running:
        replicas = {}
        for name in REPLICAS:
            replicas[name] = RunningServer.start(folder / name, name=name, **options)
            running.callback(replicas[name].stop)
        upstream = " ".join(f"127.0.0.1:{server.port}" for server in replicas.values())
        nginx = RunningNginx.start(tmp_path_factory.mktemp("nginx"), upstream)
        running.callback(nginx.stop)
        settings = Settings(data_dir=folder / "tests", threads=4, **place)
        runtime: Runtime = create_app(settings).extensions["face_checkin"]
        running.callback(runtime.stop)
        pictures = {
            person.number: (demo_people / person.id / "probe" / person.probes[0]).read_bytes()
            for person in demo.load_people(demo_people).values()
        }
        with runtime.sessions() as db:
            found = demo.state(db)
        whole = Installation(replicas, nginx, runtime, pictures, found.session_id, found.course_id)
        # Each replica that starts makes a new link, and the links before it stop working.
        whole.administrator = whole.browser()
        whole.administrator.become_administrator(replicas[REPLICAS[-1]].setup_path())
        yield whole
        assert [server.stop() for server in replicas.values()] == [0, 0]
