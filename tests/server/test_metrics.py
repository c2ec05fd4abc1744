"""What an operator's Prometheus reads, and who may read it."""

import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from server import create_app
from server.models import StatusMinute, utc_now
from server.services import status_minutes
from tests.server.people import reason


def read(client, **options):
    """Every sample: name and labels → value."""
    answer = client.get("/metrics", **options)
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


class TestWhoMayAsk:
    def test_this_machine(self, client):
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200

    @pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "", "no address"])
    def test_no_other_machine(self, client, address):
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 404

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"])
    def test_nobody_through_a_proxy_on_this_machine(self, client, header):
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404

    def test_nobody_who_makes_a_trusted_proxy_say_so(self, settings, engine):
        app = create_app(settings.model_copy(update={"trusted_proxies": 1}), engine=engine)
        options = {"headers": {"X-Forwarded-For": "127.0.0.1"}}
        for address in ("192.0.2.7", "127.0.0.1"):
            answer = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}, **options)
            assert answer.status_code == 404
        app.extensions["face_checkin"].stop()

    def test_with_a_token_whoever_shows_it(self, settings, engine):
        app = create_app(
            settings.model_copy(update={"metrics_token": SecretStr("a long word")}), engine=engine
        )
        client, far = app.test_client(), {"REMOTE_ADDR": "192.0.2.7"}
        for header in ("", "Bearer", "Bearer another", "Basic a long word", "Bearer 긴 말"):
            answer = client.get("/metrics", headers={"Authorization": header.encode().decode("latin-1")})
            assert (answer.status_code, reason(answer)) == (401, "token_invalid")
        right = {"Authorization": "Bearer a long word"}
        assert client.get("/metrics", headers=right, environ_base=far).status_code == 200
        app.extensions["face_checkin"].stop()


class TestFigures:
    def test_a_visit_is_counted_once(self, client, demo_class, visitor):
        student = demo_class.student_of(0)
        nonce = "11111111-1111-4111-8111-111111111111"
        visit = visitor.show(demo_class.probes[student][:2], nonce)
        assert visitor.show(demo_class.probes[student][:2], nonce).json == visit.json
        for _ in range(2):
            assert visitor.answer(visit.json["id"], "O").json["status"] == "accepted"
        assert reason(visitor.show([b"no picture"])) == "not_an_image"
        found = read(client)
        assert found["face_checkin_decisions_total", ("reason", "match")] == 1
        assert found["face_checkin_decisions_total", ("reason", "not_an_image")] == 1
        assert found["face_checkin_check_ins_total", ("method", "face")] == 1
        for stage, times in (("decode", 3), ("detect", 2), ("align", 1), ("mask", 1), ("decide", 1)):
            assert found["face_checkin_recognition_stage_seconds_count", ("stage", stage)] == times, stage
            assert 0 < found["face_checkin_recognition_stage_seconds_sum", ("stage", stage)] < 10
        assert found["face_checkin_recognition_stage_seconds_count", ("stage", "embed")] >= 1
        served = ("endpoint", "kiosk_api.check_in"), ("status", "200")
        assert found["face_checkin_request_seconds_count", *served] == 2
        assert found["face_checkin_runner_up_quantile_count",] == 1
        assert found["face_checkin_headroom_deviations_sum",] > 0

    def test_what_waits_and_what_there_is(self, client, runtime, settings):
        runtime.jobs.fit_now(1)
        runtime.jobs.refit_roster(1)
        found = read(client)
        assert found["face_checkin_jobs_waiting",] == 1
        assert found["face_checkin_jobs_scheduled",] == 1
        assert 0 <= found["face_checkin_jobs_oldest_seconds",] < 60
        assert found["face_checkin_jobs_alive",] == 0
        assert found["face_checkin_ready",] == found["face_checkin_database_up",] == 1
        there = (settings.data_dir / "face-check-in.sqlite3").stat().st_size
        assert found["face_checkin_database_bytes",] >= there > 0
        assert 0 < found["face_checkin_disk_free_bytes",] <= found["face_checkin_disk_bytes",]

    def test_a_queue_that_is_away_is_told(self, client, runtime, monkeypatch):
        def away(*_):
            raise RedisError("gone")

        monkeypatch.setattr(runtime.jobs.queue, "pending", away)
        assert read(client)["face_checkin_jobs_queue_up",] == 0

    def test_the_age_of_a_job_is_told_after_a_restart(self, runtime, settings, engine, monkeypatch):
        asked = 1_700_000_000.0
        monkeypatch.setattr("server.jobs.time.time", lambda: asked)
        runtime.jobs.fit_now(1)
        monkeypatch.setattr("server.jobs.time.time", lambda: asked + 90)
        other = create_app(settings, engine=engine).extensions["face_checkin"]
        assert other.jobs.state().oldest_s == pytest.approx(90, abs=0.01)
        other.stop()

    def test_a_process_that_lags_behind_with_a_roster(self, client, db, demo_class):
        course, now = demo_class.course.id, utc_now()
        for process, number in (("a:1", 1), ("b:2", 7)):
            figures = {"rosters": {str(course): number}}
            status_minutes.write(db, status_minutes.floor(now), process, "web", figures)
        found = read(client)
        assert found["face_checkin_roster_model_version", ("course", str(course)), ("which", "served")] == 1
        assert found["face_checkin_web_processes",] == 2

    def test_no_label_tells_of_a_person(self, client, db, demo_class, visitor, instructor):
        student = demo_class.student_of(0)
        visit = visitor.show(demo_class.probes[student][:1])
        visitor.answer(visit.json["id"], "O")
        client.get("/setup/a-secret-word")
        client.get("/nothing/is/here")
        client.open("/healthz", method="BREW")
        text = client.get("/metrics").text
        name = visit.json["student"]["name"]
        for secret in (name, visit.json["student"]["number"], "secret", "nothing", "BREW", instructor.email):
            assert secret not in text, secret
        labels = set(re.findall(r'(\w+)="', text))
        assert labels <= {
            *("stage", "endpoint", "status", "reason", "method", "le", "kind", "course", "which"),
            *("embedder", "detector", "precision", "device", "job", "outcome"),
        }

    def test_a_database_that_is_away_is_told(self, app, runtime, monkeypatch):
        def away():
            raise OperationalError("SELECT", {}, Exception("gone"))

        monkeypatch.setattr(runtime, "sessions", away)
        found = read(app.test_client())
        assert found["face_checkin_database_up",] == 0
        assert ("face_checkin_jobs_waiting",) not in found


class TestMinutes:
    def test_a_process_writes_its_minute_and_forgets_yesterday(self, runtime, db, demo_class, visitor):
        now = utc_now()
        old = status_minutes.floor(now) - status_minutes.KEPT * 2
        status_minutes.write(db, old, "a:1", "web", {})
        visitor.show(demo_class.probes[demo_class.student_of(0)][:2])
        visitor.client.get("/nothing")
        visitor.client.get("/readyz")
        runtime._status.tick()
        (row,) = db.query(StatusMinute).all()
        figures = row.figures
        assert (row.kind, figures["requests"], figures["errors"]) == ("web", 2, 0)
        assert sum(figures["visits"]) == 1
        assert sum(figures["scores"]["runners_up"]) == 1
        assert figures["rosters"] == {str(demo_class.course.id): 1}
        assert figures["memory"] > 1e7
        runtime._status.tick()
        db.rollback()
        assert sum(row.figures["requests"] for row in db.query(StatusMinute)) in {0, 2}

    def test_who_is_alive(self, db):
        now = utc_now()
        for minutes, process in ((0, "a:1"), (1, "a:1"), (5, "b:2")):
            minute = status_minutes.floor(now) - timedelta(minutes=minutes)
            status_minutes.write(db, minute, process, "web", {"age": minutes})
        rows = status_minutes.since(db, now - status_minutes.KEPT)
        assert [row.figures["age"] for row in status_minutes.alive(rows, now)] == [0]
