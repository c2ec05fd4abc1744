"""The dashboard and the alerts that ship: every figure they name is one that the server tells."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from recognition.score_drift import Drift
from server import installation_metrics
from server.installation_state import InstallationState
from server.jobs import QueueState
from server.metrics import Metrics
from server.models import utc_now
from server.services.backlogs import Backlogs

NAME = re.compile(r"\bface_checkin_\w+")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    return repository / "deploy" / "observability"


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    """Every sample that the server can tell, with its labels."""
    metrics = Metrics()
    metrics.stages.labels("decode").observe(1)
    metrics.requests.labels("pages.today", "200").observe(1)
    metrics.decisions.labels("match").inc()
    metrics.check_ins.labels("face").inc()
    metrics.jobs.labels("fit_now", "done").observe(1)
    metrics.memory.labels("web").set(1)
    state = InstallationState(
        queue=QueueState(1, 1, 1.0),
        backlogs=Backlogs(1, 1, 1.0, 1, 1, 1, 1),
        database_bytes=1,
        disk_bytes=1,
        disk_free_bytes=1,
        newest_backup=utc_now(),
        processes=(),
        rosters={1: (2, 1)},
    )
    drift = Drift(1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
    always = [installation_metrics._gauge(name, name, 1) for name in ("database_up", "ready")]
    families = [
        *text_string_to_metric_families(generate_latest(metrics.registry).decode()),
        *always,
        *installation_metrics._of_state(state),
        *installation_metrics._of_drift(drift),
        installation_metrics._networks({"embedder": "e", "detector": "d", "precision": "p", "device": "c"}),
    ]
    samples = {}
    for family in families:
        for sample in family.samples:
            samples.setdefault(sample.name, set()).update(sample.labels)
    return samples


def expressions(folder: Path) -> dict[str, str]:
    """By where they stand."""
    found = {}
    for panel in json.loads((folder / "grafana.json").read_text())["panels"]:
        for target in panel["targets"]:
            found[f"{panel['title']} {target['refId']}"] = target["expr"]
    for group in yaml.safe_load((folder / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            found[rule["alert"]] = rule["expr"]
    return found


def test_every_figure_that_is_named_exists_with_its_labels(folder: Path, told: dict[str, set[str]]) -> None:
    for place, expression in expressions(folder).items():
        for name, braces in re.findall(r"\b(face_checkin_\w+)(\{[^}]*\})?", expression):
            assert name in told, f"{place}: {name}"
            assert set(LABEL.findall(braces)) <= told[name], f"{place}: {braces}"


def test_every_figure_is_on_the_dashboard_or_in_an_alert(folder: Path, told: dict[str, set[str]]) -> None:
    text = " ".join(expressions(folder).values())
    named = {re.sub(r"_(bucket|count|sum|total|created)$", "", name) for name in NAME.findall(text)}
    families = {re.sub(r"_(bucket|count|sum|total|created)$", "", name) for name in told}
    assert families - named == set()


def test_panels_do_not_overlap_and_have_their_own_numbers(folder: Path) -> None:
    panels = json.loads((folder / "grafana.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_every_alert_says_how_grave_it_is_and_what_to_do(folder: Path) -> None:
    (group,) = yaml.safe_load((folder / "alerts.yaml").read_text())["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"].endswith(".")
        assert "for" in rule or "[1h]" in rule["expr"], "no alert for a single look"


@pytest.mark.parametrize(
    "command", [("check", "config", "prometheus.yaml"), ("test", "rules", "alert_tests.yaml")]
)
def test_prometheus_takes_them(folder: Path, command: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *command], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
