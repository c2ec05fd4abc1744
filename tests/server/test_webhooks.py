"""Webhooks, against a receiver that is really there."""

import hmac
import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from server.exceptions import Conflict, Invalid, NotFound
from server.models import WebhookDelivery, utc_now
from server.services import attendance, class_sessions, courses, webhook_posting, webhooks
from server.services.webhook_posting import Undelivered
from server.webhook_clock import WebhookClock
from tests.server.people import fresh

HERE = frozenset({"127.0.0.1"})


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it, and answers what `answers` says next, else 200."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Post)
        self.got = []
        self.answers = []
        self.url = f"http://127.0.0.1:{self.server_port}/hook?x=1"

    def told(self):
        return [(body["type"], body["data"].get("status")) for _, body, _ in self.got]


class Post(BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers, json.loads(raw), raw))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.server.url)
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture
def receiver():
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield receiver
    receiver.shutdown()
    thread.join()
    receiver.server_close()


@pytest.fixture
def webhook(db, runtime, course, receiver):
    courses.add_student(db, course, "1", "김민준")
    found, secret = webhooks.add(db, runtime.vault, course, receiver.url, HERE)
    found.secret = secret
    return found


@pytest.fixture
def deliver(db, runtime, webhook):
    webhook_id = webhook.id
    return lambda: webhooks.deliver(db, runtime.vault, webhook_id, HERE)


def happen(db, course, instructor, *statuses):
    session = class_sessions.start(db, course, "Week 1")
    (entry,) = attendance.live_roster(db, session)
    for status in statuses:
        attendance.mark(db, session, entry.student, status, instructor)
    return session


def test_events_arrive_signed_and_in_order(db, course, instructor, receiver, webhook, deliver):
    secret = webhook.secret
    session = happen(db, course, instructor, "present", "late")
    class_sessions.close(db, session)
    assert webhooks.due(db, utc_now()) == [webhook.id]
    assert deliver() == 4
    assert receiver.told() == [
        ("session", "open"),
        ("attendance", "present"),
        ("attendance", "late"),
        ("session", "closed"),
    ]
    headers, body, raw = receiver.got[1]
    moment, signed = (part.split("=")[1] for part in headers["X-Face-Checkin-Signature"].split(","))
    assert hmac.new(secret.encode(), f"{moment}.".encode() + raw, "sha256").hexdigest() == signed
    assert abs(time.time() - int(moment)) < 60
    assert headers["X-Face-Checkin-Event"] == "attendance"
    assert body["course"]["code"] == "CS101"
    assert body["session"]["title"] == "Week 1"
    assert body["data"]["student"]["name"] == "김민준"
    assert "score" not in body["data"]
    assert (deliver(), webhooks.due(db, utc_now())) == (0, [])


def test_what_is_not_taken_waits_and_nothing_overtakes_it(db, course, instructor, receiver, webhook, deliver):
    happen(db, course, instructor, "present")
    receiver.answers = [500, 302]
    for failures in (1, 2):
        assert deliver() == 0
        assert fresh(db).get(type(webhook), webhook.id).failures == failures
        assert deliver() == 0, "it is not its time yet"
        assert webhooks.due(db, utc_now()) == []
        assert webhooks.due(db, utc_now() + webhooks.wait_after(failures)) == [webhook.id]
        webhook.next_attempt_at = utc_now()
        db.commit()
    assert deliver() == 2
    assert receiver.told() == [("session", "open")] * 3 + [("attendance", "present")]
    assert len({body["id"] for _, body, _ in receiver.got}) == 2
    log = [(delivery.status, delivery.problem) for delivery, _ in webhooks.log(db, course)]
    assert log == [(200, None), (200, None), (302, "not_taken"), (500, "not_taken")]


def test_the_waits_double_up_to_six_hours():
    waits = [webhooks.wait_after(failures).total_seconds() for failures in (1, 2, 3, 4, 11, 12, 500)]
    assert waits == [15, 30, 60, 120, 15360, 21600, 21600]


def test_after_three_days_it_is_given_up_until_resumed(db, course, instructor, receiver, webhook, deliver):
    happen(db, course, instructor)
    receiver.answers = [500]
    webhook.failing_since = utc_now() - timedelta(days=3, minutes=1)
    db.commit()
    assert deliver() == 0
    assert webhook.disabled_at is not None
    assert webhooks.due(db, utc_now() + timedelta(days=9)) == []
    webhooks.resume(db, webhook)
    assert deliver() == 1
    assert webhook.failing_since is None


def test_nobody_there_is_no_answer(db, course, runtime, instructor, receiver, webhook, deliver):
    webhook.url = "http://127.0.0.1:9/"
    db.commit()
    happen(db, course, instructor)
    assert deliver() == 0
    assert [delivery.problem for delivery, _ in webhooks.log(db, course)] == ["no_answer"]


def test_a_test_is_noted_and_changes_no_order(db, course, runtime, receiver, webhook):
    sent = webhooks.send_test(db, runtime.vault, webhook, HERE)
    assert (sent.status, sent.problem) == (200, None)
    assert receiver.told() == [("test", None)]
    assert webhook.failures == 0


def test_only_the_latest_attempts_are_kept(db, course, instructor, webhook, deliver, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_LOGGED", 3)
    happen(db, course, instructor, *["present", "late"] * 3)
    assert deliver() == 7
    assert db.query(WebhookDelivery).count() == 3


def test_the_clock_tells_by_itself(db, course, runtime, instructor, receiver, webhook):
    clock = WebhookClock(runtime.sessions, runtime.vault, HERE, every_s=0.05)
    clock.start()
    try:
        happen(db, course, instructor, "present")
        deadline = time.monotonic() + 20
        while len(receiver.got) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        clock.stop()
    assert receiver.told() == [("session", "open"), ("attendance", "present")]


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("", "webhook_url_invalid"),
            ("ftp://x.example/", "webhook_url_invalid"),
            ("https://", "webhook_url_invalid"),
            ("https://a:b@x.example/", "webhook_url_invalid"),
            ("https://x.example:99999/", "webhook_url_invalid"),
            ("https://x.example/\r\nHost: y", "webhook_url_invalid"),
            ("https://x.example/" + "a" * 2000, "webhook_url_invalid"),
            ("http://x.example/", "webhook_needs_https"),
            ("https://127.0.0.1/", "webhook_address_private"),
            ("https://169.254.169.254/latest", "webhook_address_private"),
            ("https://10.1.2.3/", "webhook_address_private"),
            ("https://100.64.0.1/", "webhook_address_private"),
            ("https://0.0.0.0/", "webhook_address_private"),
            ("https://[::1]/", "webhook_address_private"),
            ("https://[fd00::1]/", "webhook_address_private"),
            ("https://[::ffff:192.168.0.1]/", "webhook_address_private"),
            ("https://[64:ff9b::7f00:1]/", "webhook_address_private"),
            ("https://[2002:7f00:1::]/", "webhook_address_private"),
        ],
    )
    def test_what_may_not_be_told_is_refused(self, url, reason):
        with pytest.raises(Invalid, match=reason):
            webhook_posting.check_url(url, frozenset())

    def test_a_name_that_leads_inside_is_not_connected_to(self, receiver):
        """`localhost` is a name like any other: it is what it resolves to that counts."""
        url = f"https://localhost:{receiver.server_port}/"
        with pytest.raises(Undelivered, match="address_private"):
            webhook_posting.post(url, b"{}", {}, frozenset())
        assert receiver.got == []

    def test_an_unknown_name(self):
        with pytest.raises(Undelivered, match="name_unknown"):
            webhook_posting.post("https://nowhere.invalid/", b"{}", {}, frozenset())

    def test_an_answer_that_drips_is_cut(self, monkeypatch):
        monkeypatch.setattr(webhook_posting, "WHOLE_S", 0.5)

        class Dripping(Post):
            def do_POST(self):
                for _ in range(100):
                    self.wfile.write(b"H")
                    time.sleep(0.05)

        server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
        server.daemon_threads, server.handle_error = True, lambda *told: None
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        start = time.monotonic()
        with pytest.raises(Undelivered, match="no_answer"):
            webhook_posting.post(f"http://127.0.0.1:{server.server_port}/", b"{}", {}, HERE)
        assert time.monotonic() - start < 4
        server.shutdown()
        server.server_close()


class TestPages:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"webhook_hosts": "127.0.0.1, hooks.school.example"})

    def test_the_whole_life(self, auth, course, instructor, receiver, db):
        client, url = auth.sign_in(instructor).client, f"/courses/{course.id}/webhooks"

        def post(path="", **form):
            return client.post(url + path, data={"csrf_token": auth.token(), **form})

        refused = post(**{"webhook-url": "https://10.0.0.1/"})
        assert refused.status_code == 422
        assert "private network" in refused.text
        page = post(**{"webhook-url": receiver.url}).text
        secret = page.split('id="new-secret">')[1].split("<")[0]
        assert secret not in client.get(url).text
        (webhook,) = webhooks.of_course(fresh(db), course)
        post(f"/{webhook.id}/test")
        assert "The test arrived: the address answered 200." in client.get(url).text
        receiver.answers = [404]
        post(f"/{webhook.id}/test")
        page = client.get(url).text
        assert "did not arrive" in page
        assert "Not taken" in page
        post(f"/{webhook.id}/resumption")
        post(f"/{webhook.id}/removal")
        assert webhooks.of_course(fresh(db), course) == []

    def test_another_instructors_are_not_there(self, auth, db, course, runtime, instructor, administrator):
        foreign = courses.create(db, administrator, "X", "Foreign", "UTC", 10)
        theirs, _ = webhooks.add(db, runtime.vault, foreign, "https://x.example/", frozenset())
        client = auth.sign_in(instructor).client
        assert client.get(f"/courses/{foreign.id}/webhooks").status_code == 404
        for course_id in (foreign.id, course.id):
            for action in ("test", "resumption", "removal"):
                path = f"/courses/{course_id}/webhooks/{theirs.id}/{action}"
                assert client.post(path, data={"csrf_token": auth.token()}).status_code == 404
        with pytest.raises(NotFound, match="webhook_not_found"):
            webhooks.get(db, course, theirs.id)

    def test_there_is_an_end(self, db, course, runtime):
        for number in range(webhooks.MOST_WEBHOOKS):
            webhooks.add(db, runtime.vault, course, f"https://x.example/{number}", frozenset())
        with pytest.raises(Conflict, match="too_many_webhooks"):
            webhooks.add(db, runtime.vault, course, "https://x.example/", frozenset())
