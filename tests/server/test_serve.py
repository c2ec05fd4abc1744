"""`python -m server`, as an operator runs it: real processes, real sockets, two workers."""

import contextlib
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from recognition.processor import available_threads
from server import create_app
from server.models import Role
from server.services import class_sessions, courses, enrolment, roster_models
from server.settings import Settings
from tests.running_server import RunningServer, free_port
from tests.server.people import Auth, make_account

WORKERS = 2


def run(repository, *arguments, **settings):
    """A command that is expected to end by itself: exit code and what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FACE_CHECKIN_")}
    environment |= {f"FACE_CHECKIN_{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


class TestRefusals:
    """One sentence, an exit code, no traceback."""

    def check(self, outcome, code, *words):
        returned, _, said = outcome
        assert returned == code, said
        assert "Traceback" not in said
        (line,) = said.strip().splitlines()
        for word in words:
            assert word in line

    def test_a_port_in_use(self, repository, tmp_path):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            outcome = run(repository, "serve", data_dir=tmp_path, port=port)
        self.check(outcome, 69, f"Port {port}", "FACE_CHECKIN_PORT")

    def test_a_data_folder_that_cannot_be_written(self, repository, tmp_path):
        (tmp_path / "file").write_text("in the way")
        outcome = run(repository, "serve", data_dir=tmp_path / "file" / "data", port=free_port())
        self.check(outcome, 73, "cannot be written", "FACE_CHECKIN_DATA_DIR")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_data_folder_of_somebody_else(self, repository, tmp_path):
        tmp_path.chmod(0o500)
        self.check(run(repository, "serve", data_dir=tmp_path, port=free_port()), 73, "cannot be written")

    def test_missing_weights(self, repository, tmp_path):
        outcome = run(repository, "serve", data_dir=tmp_path, weights_dir=tmp_path / "none", port=free_port())
        self.check(outcome, 66, "weights", "python -m recognition.weights")

    def test_missing_pages(self, repository, tmp_path):
        outcome = run(repository, "serve", data_dir=tmp_path, web_dist=tmp_path, port=free_port())
        self.check(outcome, 66, "make build")

    def test_a_bad_setting(self, repository, tmp_path):
        self.check(run(repository, "serve", data_dir=tmp_path, port="http"), 78, "FACE_CHECKIN_PORT")

    def test_a_missing_device(self, repository, tmp_path):
        outcome = run(repository, "serve", data_dir=tmp_path, device="GPU.9", port=free_port())
        self.check(outcome, 78, "FACE_CHECKIN_DEVICE: there is no device 'GPU.9'", "CPU")

    def test_a_bad_database(self, repository, tmp_path):
        outcome = run(repository, "migrate", data_dir=tmp_path, database_url="school.db")
        self.check(outcome, 78, "FACE_CHECKIN_DATABASE_URL")
        url = f"postgresql+psycopg://me:hunter2@127.0.0.1:{free_port()}/x"
        outcome = run(repository, "migrate", data_dir=tmp_path, database_url=url)
        self.check(outcome, 69, "database cannot be used")
        assert "hunter2" not in outcome[2]

    def test_a_bad_host(self, repository, tmp_path):
        outcome = run(repository, "serve", data_dir=tmp_path, host="no such host", port=free_port())
        self.check(outcome, 78, "FACE_CHECKIN_HOST")


class TestCommands:
    def test_migrate(self, repository, tmp_path):
        assert run(repository, "migrate", data_dir=tmp_path)[0] == 0

    def test_the_setup_link(self, repository, tmp_path):
        code, link, _ = run(
            repository, "setup-link", data_dir=tmp_path, public_url="https://school.example/x/"
        )
        assert code == 0
        assert link.startswith("https://school.example/x/setup/")


@pytest.fixture(scope="module")
def running(tmp_path_factory, data_folders):
    """A server with two workers on an empty folder, so with the demo class."""
    server = RunningServer.start(
        tmp_path_factory.mktemp("serve"), workers=str(WORKERS), refit_delay_s="1", refit_augment="1"
    )
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture(scope="module")
def inside(running, engine):
    """The same data folder, seen from an app of ours: to prepare, and to look at what was stored."""
    app = create_app(Settings(data_dir=running.data), engine=engine)
    yield app
    app.extensions["face_checkin"].stop()


def get(server, path, **headers):
    request = urllib.request.Request(server.url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def show(server, session_id, pictures, **headers):
    """One visit over a connection of its own, so that any worker may get it."""
    fields = {
        "nonce": str(uuid.uuid4()),
        "session_id": str(session_id),
        "captured_at": datetime.now(UTC).isoformat(),
        "frames": [FileStorage(io.BytesIO(one), "1.jpg", "frames") for one in pictures],
    }
    body, _, boundary = stream_encode_multipart(MultiDict(fields), use_tempfile=False)
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    request = urllib.request.Request(f"{server.url}/api/v1/check-ins", body.read(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{error.read()}\n{server.log.read_text()}") from error


def say(server, check_in_id, value):
    request = urllib.request.Request(
        f"{server.url}/api/v1/check-ins/{check_in_id}/answer",
        json.dumps({"answer": value}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


class Dashboard(threading.Thread):
    """Listens to a session's events, and notes when each came."""

    def __init__(self, server, cookie, session_id, after=0):
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        path = f"/api/v1/events?session_id={session_id}&last_event_id={after}"
        self._connection.request("GET", path, headers={"Cookie": cookie})
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200, self._answer.read()
        self.events = []
        self.ended = threading.Event()
        self.start()

    def run(self):
        ident = kind = None
        with contextlib.closing(self._connection), self._answer:
            for raw in self._answer:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "id":
                    ident = int(value)
                elif name == "event":
                    kind = value
                elif name == "data":
                    self.events.append((ident, kind, json.loads(value), time.monotonic()))
        self.ended.set()

    def wait_for(self, condition, seconds=5.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for event in self.events:
                if condition(event):
                    return event
            time.sleep(0.01)
        raise AssertionError(f"it did not come; there were {self.events}")


@pytest.fixture(scope="module")
def administrator(inside):
    with inside.extensions["face_checkin"].sessions() as db:
        account = make_account(db, "admin@school.example", Role.ADMINISTRATOR)
        db.refresh(account)
        db.expunge(account)
        return account


@pytest.fixture(scope="module")
def cookie(inside, administrator):
    """The session cookie of a signed-in browser."""
    auth = Auth(inside).sign_in(administrator)
    return "session=" + auth.client.get_cookie("session").value


def decisions(server):
    """How many visits were decided for each reason, as whichever worker that is asked tells."""
    with urllib.request.urlopen(server.url + "/metrics", timeout=30) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    samples = [one for family in families for one in family.samples]
    return {one.labels["reason"]: one.value for one in samples if one.name == "face_checkin_decisions_total"}


class TestServing:
    def test_it_prints_where_to_go(self, running):
        said = running.log.read_text()
        assert f"http://localhost:{running.port}/kiosk" in said
        assert running.setup_path().startswith("/setup/")
        assert "Traceback" not in said

    def test_the_demo_class_is_open(self, running):
        body = get(running, "/api/v1/kiosk")
        assert body["demo"] is True
        assert len(body["sessions"]) == 1

    @pytest.mark.alone
    def test_every_worker_recognises_and_every_dashboard_hears_within_a_second(
        self, running, cookie, demo_people
    ):
        (session,) = get(running, "/api/v1/kiosk")["sessions"]
        dashboards = [Dashboard(running, cookie, session["id"]) for _ in range(2 * WORKERS)]
        people = get(running, "/api/v1/demo/people")
        for person in people[:4]:
            pictures = [
                (demo_people / person["id"] / "probe" / f"{n:02}.jpg").read_bytes() for n in (1, 2, 3, 4)
            ]
            visit = show(running, session["id"], pictures)
            assert visit["reason"] == "match", (person, visit)
            accepted = say(running, visit["id"], "O")
            at = time.monotonic()
            assert accepted["attendance"]["status"] == "present"
            for dashboard in dashboards:
                _, _, _, came = dashboard.wait_for(
                    lambda event, student=visit["student"]["id"]: (
                        event[1] == "attendance" and event[2]["student"]["id"] == student
                    )
                )
                assert came - at < 1.0
        late = Dashboard(running, cookie, session["id"])
        late.wait_for(lambda event: event[2].get("counts", {}).get("present") == 4)
        ids = [[event[0] for event in dashboard.events] for dashboard in [*dashboards, late]]
        assert all(one == ids[0] for one in ids)

    def test_a_new_student_is_known_to_every_worker_without_a_restart(
        self, running, inside, administrator, demo_people
    ):
        runtime = inside.extensions["face_checkin"]
        with runtime.sessions() as db:
            account = db.merge(administrator)
            course = courses.create(db, account, "NEW", "New course", "UTC", 10)
            course.is_demo = True  # so that any browser may use it
            db.commit()
            session = class_sessions.start(db, course)
            session_id, course_id = session.id, course.id
            probes = [(demo_people / "kai" / "probe" / f"{n:02}.jpg").read_bytes() for n in (1, 2, 3)]
            assert show(running, session_id, probes)["reason"] == "unknown"
            for number, person in enumerate(("kai", "sol", "leo")):
                student = courses.add_student(db, course, f"N{number}", person)
                enrolment.record_consent(db, student, "the test")
                for path in sorted((demo_people / person / "enrol").glob("*.jpg"))[:4]:
                    outcome = enrolment.add_photo(
                        db,
                        course,
                        student,
                        path.read_bytes(),
                        engine=runtime.engine,
                        vault=runtime.vault,
                        models=runtime.models,
                        changed=runtime.jobs.refit_roster,
                    )
                    assert outcome.accepted
        time.sleep(1.0)
        for _ in range(4 * WORKERS):
            assert show(running, session_id, probes)["reason"] == "match"
        deadline = time.monotonic() + 180
        with runtime.sessions() as db:
            while roster_models.active_version(db, course_id).kind != "fitted":
                assert time.monotonic() < deadline, running.log.read_text()
                db.rollback()
                time.sleep(0.2)
            number = roster_models.active_version(db, course_id).number
        seen = set()
        while len(seen) < 1 or seen != {number}:
            assert time.monotonic() < deadline
            seen = {get(running, "/readyz")["models"]["rosters"][str(course_id)] for _ in range(6)}
            time.sleep(0.2)
        for _ in range(2 * WORKERS):
            assert show(running, session_id, probes)["reason"] == "match"

    def test_every_worker_tells_the_figures_of_all(self, running):
        (session, *_) = get(running, "/api/v1/kiosk")["sessions"]
        before = decisions(running)
        for _ in range(4 * WORKERS):
            with contextlib.suppress(AssertionError):
                show(running, session["id"], [b"no picture"])
        seen = [decisions(running) for _ in range(4 * WORKERS)]
        assert all(one == seen[0] for one in seen)
        assert seen[0]["not_an_image"] == before.get("not_an_image", 0) + 4 * WORKERS

    def test_a_worker_that_dies_is_forgotten_but_not_what_it_counted(self, running):
        before = decisions(running)
        (folder,) = (running.data / "metrics").iterdir()
        victim = max(int(path.stem.rpartition("_")[2]) for path in folder.glob("gauge_livesum_*.db"))
        os.kill(victim, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while (folder / f"gauge_livesum_{victim}.db").exists():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert decisions(running) == before
        running.wait_until_ready()

    def test_no_more_threads_compute_than_there_are_cores(self, running):
        networks = get(running, "/readyz")["models"]["networks"]
        assert WORKERS * networks["threads"] <= max(WORKERS, available_threads())

    def test_stopping_is_clean_and_does_not_wait_for_dashboards(self, running, cookie):
        (session, *_) = get(running, "/api/v1/kiosk")["sessions"]
        dashboard = Dashboard(running, cookie, session["id"])
        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 10
        assert dashboard.ended.wait(5)
        assert "Traceback" not in running.log.read_text()


def test_starting_again_and_dying_with_the_parent(running):
    """After a clean stop the same folder serves again; killing the parent leaves nobody behind."""
    environment = {**running.environment, "FACE_CHECKIN_WORKERS": "1"}
    with (running.data / "second.log").open("w") as log:
        second = subprocess.Popen(
            [sys.executable, "-m", "server", "serve"], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    again = RunningServer(running.data, running.port, environment, process=second)
    again.wait_until_ready()
    assert len(get(again, "/api/v1/kiosk")["sessions"]) == 2
    second.send_signal(signal.SIGKILL)
    second.wait()
    deadline = time.monotonic() + 30
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", running.port))
                return
            except OSError:
                assert time.monotonic() < deadline, "something still listens"
                time.sleep(0.2)
