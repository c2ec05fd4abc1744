"""Limits on what comes often: cheap, shared by all processes, and out of the way of any class."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from limits.storage import MemoryStorage, storage_from_string
from pydantic import SecretStr
from sqlalchemy import select

from server import create_app, limits_api
from server.models import RateCount, utc_now
from server.rate_counts import DatabaseCounts
from server.rate_leases import LEASES, LeasedWindow
from server.services import kiosks
from server.settings import Settings
from tests.server.people import Auth, fresh, reason

AWAY = "redis://127.0.0.1:1"


class Clock:
    """Shows what it is set to."""

    now = 1_800_000_010.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def no_new_minute():
    """Nothing here takes longer than a few seconds, which lie within one window."""
    left = 60 - time.time() % 60
    if left < 5:
        time.sleep(left)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def processes(clock):
    """As many windows over one storage as processes are asked for."""
    storage = MemoryStorage()

    def make(number: int, limit: int) -> list[LeasedWindow]:
        return [LeasedWindow(storage, "visits", limit, clock=clock) for _ in range(number)]

    return make


class TestWindow:
    @pytest.mark.parametrize("limit", [1, 7, LEASES, 1500])
    def test_one_process_lets_exactly_the_limit_through(self, processes, limit):
        (window,) = processes(1, limit)
        assert [window.take("a") > 0 for _ in range(limit + 2)] == [False] * limit + [True] * 2
        assert window.take("b") == 0

    def test_it_says_how_long_to_wait_and_then_there_are_new_tries(self, processes, clock):
        (window,) = processes(1, 1)
        window.take("a")
        assert window.take("a") == 60 - int(clock.now) % 60
        clock.now += window.take("a")
        assert window.take("a") == 0

    def test_all_processes_together_let_no_more_through(self, processes):
        windows = processes(8, 300)
        taken = sum(windows[number % 8].take("a") == 0 for number in range(1000))
        assert 300 - 7 * (300 // LEASES) <= taken <= 300

    def test_nor_do_threads(self, runtime):
        window = LeasedWindow(DatabaseCounts(sessions=runtime.sessions), "visits", 60)
        with ThreadPoolExecutor(8) as pool:
            assert sum(wait == 0 for wait in pool.map(window.take, ["a"] * 100)) == 60

    def test_who_looked_at_the_clock_before_the_others_takes_no_count_back(self, runtime, monkeypatch):
        counts = DatabaseCounts(sessions=runtime.sessions)
        now = utc_now()
        for seconds, total in ((0, 1), (-2, 2), (-3600, 1)):
            monkeypatch.setattr(
                "server.rate_counts.utc_now", lambda seconds=seconds: now + timedelta(seconds=seconds)
            )
            assert counts.incr("a", 120) == total

    def test_a_lease_costs_one_write_and_only_a_hash_is_kept(self, runtime, db):
        window = LeasedWindow(DatabaseCounts(sessions=runtime.sessions), "visits", 1500)
        for _ in range(25):
            window.take("kiosk 1")
        row = fresh(db).scalars(select(RateCount)).one()
        assert row.count == 25
        window.take("kiosk 1")
        assert fresh(db).scalar(select(RateCount.count)) == 50
        assert "kiosk" not in row.key_hash

    def test_without_the_shared_count_each_process_holds_the_limit_itself(self, clock):
        away = storage_from_string(AWAY, socket_connect_timeout=1)
        window = LeasedWindow(away, "visits", 60, clock=clock)
        assert sum(window.take("a") == 0 for _ in range(70)) == 60


class TestWhatIsOrdinary:
    """At the default, behind eight worker processes, each of which leaves some of its lease."""

    @pytest.fixture
    def send(self, processes):
        windows = processes(8, Settings().kiosk_rate)
        return lambda calls, key: [windows[call % 8].take(key) for call in range(calls)]

    def test_a_class_of_150_that_comes_within_a_minute_with_every_visit_sent_twice(self, send):
        assert not any(send(2 * 150, "kiosk 1"))

    def test_a_kiosk_that_delivers_the_most_visits_it_may_keep(self, send):
        (most,) = (one.le for one in Settings.model_fields["kept_visits"].metadata if hasattr(one, "le"))
        assert not any(send(most, "kiosk 1"))


class TestKiosks:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"kiosk_rate": 3})

    @pytest.fixture
    def kiosk(self, app, db, instructor):
        """Makes a browser that is a kiosk of its own."""

        def pair(name: str):
            client = app.test_client()
            client.set_cookie("kiosk", kiosks.register(db, name, instructor)[1])
            return client

        return pair

    def answer(self, client):
        return client.post("/api/v1/check-ins/none/answer", json={"answer": "O"})

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/api/v1/check-ins/none/answer", {"answer": "O"}),
            ("/api/v1/challenges", {"session_id": 1}),
            ("/api/v1/check-ins/codes", {}),
            ("/api/v1/check-ins/pins", {}),
            ("/api/v1/check-ins", {}),
        ],
    )
    def test_one_that_runs_wild_is_told_when_to_come_again(self, kiosk, path, body):
        client = kiosk("Room 1")
        answers = [client.post(path, json=body) for _ in range(4)]
        assert 429 not in [one.status_code for one in answers[:3]]
        assert (answers[3].status_code, reason(answers[3])) == (429, "too_many_requests")
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
        korean = client.post(path, json=body, headers={"Accept-Language": "ko"})
        assert korean.json["message"] == "시도가 너무 많습니다. 잠시 후 다시 시도해 주세요."

    def test_eight_behind_one_address_do_not_slow_each_other(self, kiosk):
        for client in [kiosk(f"Room {number}") for number in range(8)]:
            assert [self.answer(client).status_code for _ in range(3)] == [404] * 3

    def test_every_process_counts_the_same(self, kiosk, settings, engine):
        client = kiosk("Room 1")
        for _ in range(3):
            self.answer(client)
        other = create_app(settings, engine=engine)
        elsewhere = other.test_client()
        elsewhere.set_cookie("kiosk", client.get_cookie("kiosk").value)
        assert self.answer(elsewhere).status_code == 429
        other.extensions["face_checkin"].stop()


def test_an_account_too(settings, engine, instructor, monkeypatch):
    monkeypatch.setattr(limits_api, "PER_MINUTE", 3)
    app = create_app(settings, engine=engine)
    auth = Auth(app).sign_in(instructor)
    answers = [auth.client.get("/api/v1/sessions/1/roster") for _ in range(4)]
    assert [one.status_code for one in answers] == [404] * 3 + [429]
    assert reason(answers[3]) == "too_many_requests"
    app.extensions["face_checkin"].stop()


def test_signing_in_is_still_throttled_while_redis_is_away(settings, engine, instructor):
    app = create_app(settings.model_copy(update={"redis_url": SecretStr(AWAY)}), engine=engine)
    auth = Auth(app)
    form = {"email": instructor.email, "password": "wrong", "csrf_token": auth.token()}
    codes = [auth.client.post("/sign-in", data=form).status_code for _ in range(9)]
    assert codes == [422] * 8 + [429]
    app.extensions["face_checkin"].stop()
