"""The queue in Redis: what one process puts in, another one does, once; and what happens while it is away."""

import time

import pytest

from server.exceptions import NotReady
from server.jobs import Jobs
from server.settings import Settings
from tests.running_redis import RunningRedis
from tests.running_server import free_port


@pytest.fixture
def redis(tmp_path):
    running = RunningRedis.start(tmp_path)
    yield running
    running.stop()


def jobs_of(url):
    return Jobs(Settings(redis_url=url, refit_delay_s=0.2))


def work_through(jobs, done, count):
    """Does jobs as `python -m server jobs` does, until so many are done."""
    names = ("refit_roster", "renew_templates", "import_photos", "fit_now", "absence_mails", "look_for_left")
    jobs.does(**{name: lambda *about, name=name: done.append((name, *about)) for name in names})
    consumer = jobs.queue.create_consumer(workers=1, periodic=False, max_delay=0.1, scheduler_interval=1)
    consumer.start()
    deadline = time.monotonic() + 10
    while len(done) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    consumer.stop(graceful=True)


def test_what_replicas_ask_for_is_done_once_elsewhere(redis):
    one, two, worker = (jobs_of(redis.url) for _ in range(3))
    one.refit_roster(4)
    two.fit_now(17)
    one.import_photos(3)
    two.renew_templates()
    done = []
    work_through(worker, done, 4)
    assert sorted(done) == [("fit_now", 17), ("import_photos", 3), ("refit_roster", 4), ("renew_templates",)]


def test_while_the_queue_is_away_wishes_wait_and_orders_are_refused(caplog):
    jobs = jobs_of(f"redis://127.0.0.1:{free_port()}/0")
    jobs.refit_roster(4)
    jobs.renew_templates()
    assert "the queue is away" in caplog.text
    for order in (jobs.fit_now, jobs.import_photos):
        with pytest.raises(NotReady, match="busy"):
            order(1)
