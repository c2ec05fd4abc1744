"""The process of the jobs, running by itself, shows Prometheus what it does."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from server.exceptions import PortInUse
from server.jobs import Jobs
from server.metrics_port import MetricsPort
from server.settings import Settings
from tests.running_server import REPOSITORY, free_port


def get(port, path="/metrics", **headers):
    """Status and text."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=named)
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def opened(tmp_path):
    """Opens a port with one figure."""
    ports = []

    def opening(**settings):
        registry = CollectorRegistry()
        Counter("face_checkin_told", "Something", registry=registry).inc()
        port = free_port()
        ports.append(MetricsPort(Settings(data_dir=tmp_path, **settings), port, registry))
        return port

    yield opening
    for port in ports:
        port.close()


def test_without_a_token_this_machine_may_ask(opened):
    port = opened()
    status, text = get(port)
    assert (status, "face_checkin_told_total 1.0" in text) == (200, True)
    assert get(port, X_Forwarded_For="127.0.0.1") == (404, "")
    assert get(port, "/anything") == (404, "")


def test_with_a_token_whoever_shows_it(opened):
    port = opened(metrics_token=SecretStr("a long word"))
    assert get(port) == (401, "")
    assert get(port, Authorization="Bearer another") == (401, "")
    assert get(port, Authorization="Bearer a long word")[0] == 200


def test_a_port_that_is_taken_is_named(opened, tmp_path):
    port = opened()
    with pytest.raises(PortInUse, match=f"Port {port} on .* FACE_CHECKIN_METRICS_PORT"):
        MetricsPort(Settings(data_dir=tmp_path), port, CollectorRegistry())


def test_the_process_of_the_jobs_tells_of_each_job(tmp_path):
    settings, port = Settings(data_dir=tmp_path / "data", refit_delay_s=0), free_port()
    given = {"FACE_CHECKIN_DATA_DIR": str(settings.data_dir), "FACE_CHECKIN_METRICS_PORT": str(port)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "jobs"],
            cwd=REPOSITORY,
            env={**os.environ, **given},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for_figures(port, process)
        Jobs(settings).fit_now(4711)  # Of no fit: the job finds that out without the networks.
        deadline = time.monotonic() + 30
        while ("fit_now", "done") not in (done := jobs_told(port)):
            assert time.monotonic() < deadline, (done, (tmp_path / "log").read_text())
            time.sleep(0.1)
    finally:
        process.terminate()
        assert process.wait(30) == 0, (tmp_path / "log").read_text()


def wait_for_figures(port, process):
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return get(port)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the process of the jobs shows nothing")


def jobs_told(port):
    """The jobs that were done, with their outcomes."""
    _, text = get(port)
    return {
        (sample.labels["job"], sample.labels["outcome"])
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "face_checkin_job_seconds_count"
    }
