"""Two replicas are one installation: shared work, shared events, jobs done once, and one may die."""

import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import select

from server.models import (
    Account,
    Attendance,
    CheckIn,
    ClassSession,
    Course,
    OutboxEvent,
    PhotoImport,
    utc_now,
)
from server.services import (
    class_sessions,
    courses,
    enrolment,
    photo_imports,
    planned_sessions,
    roster_fits,
    roster_models,
    webhooks,
)
from server.services.sealed_uploads import PART_BYTES
from tests.scale.conftest import REPLICAS, Installation
from tests.scale.visitors import Crowd, expect

pytestmark = pytest.mark.long


def test_check_ins_are_shared_out(installation: Installation) -> None:
    before = len(installation.upstreams())
    kiosk = installation.kiosk()
    for picture in installation.pictures.values():
        kiosk.visit(picture)
    asked = asked_since(installation, before, 2 * len(installation.pictures))
    assert len(asked) == 2 * len(installation.pictures), "a visit and an answer each"
    assert {name: asked.count(name) for name in REPLICAS} == dict.fromkeys(REPLICAS, len(asked) // 2)
    assert kiosk.hitches == []
    with installation.sessions() as db:
        present = db.scalars(select(Attendance).where(Attendance.session_id == installation.session_id))
        assert len(present.all()) == len(installation.pictures)


def asked_since(installation: Installation, before: int, wanted: int) -> list[str]:
    """The replicas that nginx asked since then: it writes its log after the answer."""
    wait_until(lambda: len(installation.upstreams()) >= before + wanted, 10, f"{wanted} lines of nginx's log")
    return installation.upstreams()[before:]


@pytest.mark.parametrize(("watched", "used"), [("one", "two"), ("two", "one")])
def test_what_happens_at_one_is_seen_at_the_other_within_a_second(
    installation: Installation, watched: str, used: str
) -> None:
    watching = installation.browser_at(watched)
    watching.sign_in()
    marking = installation.browser_at(used)
    marking.sign_in()
    token = marking.token("/courses")
    roster = marking.get(f"/api/v1/sessions/{installation.session_id}/roster").json()
    arrived: dict[int, float] = {}

    def watch() -> None:
        address = f"/api/v1/events?session_id={installation.session_id}"
        with watching.get(address, stream=True) as stream:
            ready.set()
            for line in stream.iter_lines(chunk_size=1):
                if line.startswith(b"data: "):
                    arrived[json.loads(line[6:])["student"]["id"]] = time.monotonic()
                    if len(arrived) == 5:
                        return

    ready = threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    assert ready.wait(20)
    marked = {}
    for entry in roster["entries"][:5]:
        student = entry["student"]["id"]
        status = "late" if entry["status"] == "excused" else "excused"
        path = f"/api/v1/sessions/{installation.session_id}/attendance/{student}"
        answer = marking.post(path, json={"status": status}, headers={"X-CSRFToken": token})
        marked[student] = time.monotonic()
        assert expect(answer) is None
        time.sleep(0.1)
    watcher.join(20)
    delays = [arrived[student] - moment for student, moment in marked.items()]
    assert max(delays) < 1.0, delays


class Receiver(BaseHTTPRequestHandler):
    """Takes webhooks."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((body["type"], body["id"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got = []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def wait_until(condition, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not after {seconds} s: {what}"
        time.sleep(0.1)


def working(installation: Installation) -> list[str]:
    """The replicas whose processes do the jobs, by what they say in their logs."""
    found = []
    for name, server in installation.replicas.items():
        said = server.log.read_text()
        waits = said.rfind("this one waits for its turn")
        if waits < 0 or said.rfind("this process does the jobs now") > waits:
            found.append(name)
    return found


def a_planned_session(installation: Installation, title: str, receiver: ThreadingHTTPServer) -> int:
    """Begins in two seconds, in a course of its own with a webhook; its id."""
    with installation.sessions() as db:
        account = db.scalars(select(Account)).first()
        course = courses.create(db, account, title.upper()[:12], title, "Asia/Seoul", 10)
        url = f"http://127.0.0.1:{receiver.server_port}/"
        webhooks.add(db, installation.runtime.vault, course, url, frozenset({"127.0.0.1"}))
        return planned_sessions.add(db, course, utc_now() + timedelta(seconds=2), title).id


def is_open(installation: Installation, session_id: int) -> bool:
    with installation.sessions() as db:
        return db.get(ClassSession, session_id).status == "open"


def test_jobs_are_done_once_and_another_replica_takes_over(
    installation: Installation, receiver: ThreadingHTTPServer
) -> None:
    (first,) = working(installation)
    planned = a_planned_session(installation, "First", receiver)
    wait_until(lambda: is_open(installation, planned), 20, "the session opens by itself")
    wait_until(lambda: receiver.got, 20, "its webhook is told")
    time.sleep(3)
    with installation.sessions() as db:
        events = db.scalars(select(OutboxEvent.id).where(OutboxEvent.session_id == planned)).all()
    assert len(receiver.got) == len(set(receiver.got)) == len(events) == 1

    installation.replicas[first].kill()
    (second,) = {*REPLICAS} - {first}
    wait_until(lambda: working_now(installation, second), 10, "the other replica takes the jobs over")
    planned = a_planned_session(installation, "Second", receiver)
    wait_until(lambda: is_open(installation, planned), 20, "the session opens by itself")
    wait_until(lambda: len(receiver.got) == 2, 20, "its webhook is told")
    installation.replicas[first].restart()
    time.sleep(3)
    assert len(receiver.got) == 2
    assert working(installation) == [second]


def working_now(installation: Installation, name: str) -> bool:
    return "this process does the jobs now" in installation.replicas[name].log.read_text()


def test_a_new_model_reaches_every_replica_without_a_failed_request(installation: Installation) -> None:
    def served() -> set[int]:
        states = [installation.browser_at(name).get("/readyz").json() for name in REPLICAS]
        return {state["models"]["rosters"].get(str(installation.course_id), 0) for state in states}

    kiosk, pictures = installation.kiosk(), cycle(installation.pictures.values())
    crowd = Crowd()
    (before,) = served()
    crowd.add(lambda: check(kiosk.visit(next(pictures))), 0.3)
    with installation.sessions() as db:
        account = db.scalars(select(Account)).first()
        fit = roster_fits.ask(db, db.get(Course, installation.course_id), account)
        installation.runtime.jobs.fit_now(fit.id)
    wait_until(lambda: served() == {before + 1}, 300, "both replicas serve the new version")
    done = crowd.done
    wait_until(lambda: crowd.done > done + 5, 60, "visits go on with it")
    crowd.go_home()
    assert (crowd.failures, kiosk.hitches) == ([], [])


def check(body: dict) -> str | None:
    """A visitor of the demo class is known, whoever it is."""
    return None if body.get("reason") == "already_checked_in" or body.get("status") else str(body)


def test_photos_may_be_sent_to_one_replica_and_enrolled_by_another(
    installation: Installation, demo_people: Path
) -> None:
    with installation.sessions() as db:
        account = db.scalars(select(Account)).first()
        course = courses.create(db, account, "UPLOAD", "Upload", "Asia/Seoul", 10)
        student = courses.add_student(db, course, "20261234", "Dana Upload")
        enrolment.record_consent(db, student, "the test")
        course_id, student_id = course.id, student.id
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("filler.bin", bytes(PART_BYTES - 1))
        for path in sorted((demo_people / "dana" / "enrol").glob("*.jpg"))[:2]:
            archive.write(path, f"20261234/{path.name}")
    browser = installation.administrator
    browser.headers["X-CSRFToken"] = browser.token("/courses")
    size = content.getbuffer().nbytes
    address = f"/courses/{course_id}/photo-imports"
    told = {"name": "class.zip", "size": size}
    begun = browser.post(address, json=told, headers={"Accept": "application/json"}).json()
    before = len(installation.upstreams())
    for number, path in enumerate(begun["parts"]):
        part = content.getvalue()[number * PART_BYTES : (number + 1) * PART_BYTES]
        assert expect(browser.post(path, data=part)) is None
    asked = asked_since(installation, before, 2)
    assert sorted(asked) == sorted(REPLICAS), "each has got one part"
    assert expect(browser.post(begun["end"])) is None
    with installation.sessions() as db:
        job = db.scalars(select(PhotoImport).where(PhotoImport.course_id == course_id)).one()
        assert installation.runtime.uploads.kept(job.folder) == {0, 1}
        photo_imports.confirm(db, job, db.scalars(select(Account)).first(), consents_on_paper=False)
        installation.runtime.jobs.import_photos(job.id)
        job_id = job.id
    wait_until(lambda: import_state(installation, job_id) == "done", 120, "the photos are enrolled")
    with installation.sessions() as db:
        version = roster_models.active_version(db, course_id)
        assert len(version.contents[str(student_id)]) == 2
    assert installation.runtime.uploads.folders() == set()
    left = {path.name for server in installation.replicas.values() for path in server.data.rglob("*.sealed")}
    assert left == set(), "nothing that the other would need is in a replica's own folder"
    secret = [path for server in installation.replicas.values() for path in server.data.rglob("*.key")]
    assert secret == []


def import_state(installation: Installation, job_id: int) -> str:
    with installation.sessions() as db:
        return db.get(PhotoImport, job_id).state


def test_a_replica_may_die_and_no_check_in_is_lost(installation: Installation) -> None:
    class_sessions_restart(installation)
    kiosks = [installation.kiosk() for _ in range(3)]
    crowd = Crowd()
    for place, kiosk in enumerate(kiosks):
        mine = cycle(list(installation.pictures.values())[place::3])
        crowd.add(lambda kiosk=kiosk, mine=mine: check(kiosk.visit(next(mine))), 0.1)
    wait_until(lambda: crowd.done > 6, 60, "visits are made")
    installation.replicas["two"].kill()
    done = crowd.done
    wait_until(lambda: crowd.done > done + 15, 60, "visits go on without it")
    installation.replicas["two"].restart()
    crowd.go_home()
    assert crowd.failures == []
    made = {nonce: body for kiosk in kiosks for nonce, body in kiosk.visits.items()}
    with installation.sessions() as db:
        kept = db.scalars(select(CheckIn).where(CheckIn.nonce.in_(list(made)))).all()
        assert {one.nonce for one in kept} == set(made), "every visit is in the database"
        present = db.scalars(select(Attendance).where(Attendance.session_id == installation.session_id))
        assert len(present.all()) == len(installation.pictures)


def class_sessions_restart(installation: Installation) -> None:
    """The demo class begins anew, so that everybody comes once more."""
    with installation.sessions() as db:
        class_sessions.close(db, db.get(ClassSession, installation.session_id))
        course = db.get(Course, installation.course_id)
        installation.session_id = class_sessions.start(db, course, "Once more").id
