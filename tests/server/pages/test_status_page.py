"""The operator's page about the last hour."""

import re
from datetime import timedelta

import pytest

from recognition.score_drift import Drift
from server.minute_figures import VISIT_BOUNDS_MS
from server.models import Backup, utc_now
from server.services import last_hour, status_minutes
from server.views.pages import status_words
from tests.server.pages.conftest import Browser, words
from tests.server.people import Auth


@pytest.fixture
def operator(auth: Auth, administrator) -> Browser:
    return Browser(auth.sign_in(administrator))


def write(db, minutes_ago, process="a:1", kind="web", **figures):
    minute = status_minutes.floor(utc_now()) - timedelta(minutes=minutes_ago)
    status_minutes.write(db, minute, process, kind, figures)


def times(**visits):
    """Visits by upper bound in milliseconds, as processes write them: ``ms100=4``."""
    return [visits.get(f"ms{bound}", 0) for bound in VISIT_BOUNDS_MS] + [visits.get("longer", 0)]


def test_an_hour_of_two_processes(operator, db):
    write(db, 9, outcomes={"recorded": 2, "unknown": 1}, visits=times(ms100=3), requests=9, memory=2e8)
    write(db, 9, "b:2", outcomes={"recorded": 4}, visits=times(ms500=1), errors=1, memory=3e8, queue=2)
    write(db, 1, "b:2", outcomes={"recorded": 1}, turned_away=5, queue=1, memory=3e8)
    write(db, 0, "b:2", memory=3e8)
    write(db, 0, "b:3", "jobs", memory=1e8)
    write(db, 70, outcomes={"recorded": 90}, errors=90)
    page = operator.get("/status").text
    text = words(page)
    assert "recorded in the last hour 7" in text
    assert "90" not in re.findall(r"<td>(\d+)</td>", page)
    outcomes = page.split('class="card status-chart chart-of-outcomes"')[1].split("</section>")[0]
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", outcomes)
    assert [re.findall(r"<td>(.*?)</td>", row) for row in rows] == [
        ["6", "0", "1", "0", "0"],
        ["1", "0", "0", "0", "0"],
    ]
    assert outcomes.count("<rect") == 3
    errors = page.split("chart-of-errors")[1].split("</section>")[0]
    assert re.findall(r"<td>(\d+)</td>", errors) == ["1", "0", "0", "5"]
    assert "1 process takes requests" in text
    assert "400 MB" in text
    assert "No process does the jobs" not in text


def test_before_anything_was_written(operator):
    page = words(operator.get("/status").text)
    assert "The first figures come a minute after the start." in page
    assert page.count("Nothing in this hour.") == 4


def test_jobs_that_nobody_does_are_told(operator, db):
    write(db, 1, memory=1)
    assert "No process does the jobs" in operator.get("/status").text


def test_a_roster_that_lags_behind(operator, db, demo_class):
    course = demo_class.course
    write(db, 1, rosters={str(course.id): 0}, memory=1)
    page = operator.get("/status").text
    assert "is served in an older version" in page
    assert course.name in page


@pytest.mark.parametrize(
    ("days", "said"), [(None, "None is known here"), (0, "The newest was made just now"), (3, "3 days ago")]
)
def test_the_newest_backup(operator, db, days, said):
    if days is not None:
        made = utc_now() - timedelta(days=days)
        db.add(Backup(archive_id="a", path="/a", made_at=made, with_keys=False, nightly=True, size=1))
        db.add(Backup(archive_id="b", path="/b", with_keys=False, nightly=True, size=None))
        db.commit()
    page = operator.get("/status").text
    finding = next(part for part in page.split("<li ") if "<h3>Backup</h3>" in part)
    assert said in finding
    assert ("take a look" in finding) is (days != 0)


def test_in_korean(operator, db):
    operator.language = "ko"
    write(db, 2, outcomes={"recorded": 3}, memory=1e6)
    page = words(operator.get("/status").text)
    assert "지난 한 시간 출석 3" in page
    assert "결과별 방문" in page


def test_an_instructor_is_kept_out(browser):
    assert browser.get("/status").status_code == 403


def test_times_of_a_share_of_visits():
    bounds = VISIT_BOUNDS_MS
    assert last_hour.quantile_ms(None, bounds, 0.5) is None
    assert last_hour.quantile_ms(times(), bounds, 0.5) is None
    assert last_hour.quantile_ms(times(ms100=10), bounds, 0.5) == 90
    assert last_hour.quantile_ms(times(ms100=90, ms1000=10), bounds, 0.95) == 850
    assert last_hour.quantile_ms(times(longer=3), bounds, 0.5) == bounds[-1]


@pytest.mark.parametrize(
    ("drift", "grade", "said"),
    [
        ({"visits": 50}, "good", "too few"),
        ({}, "good", "where the models expect"),
        ({"shift": 0.8}, "attention", "fit the rosters anew"),
        ({"refused_share": 0.3, "near_share": 0.9}, "attention", "light"),
        ({"refused_share": 0.3, "near_share": 0.1}, "attention", "strangers come"),
    ],
)
def test_what_drift_means(app, drift, grade, said):
    usual = {
        "visits": 500,
        "ks": 0.05,
        "shift": 0.0,
        "fpir_estimate": 0.003,
        "refused_share": 0.02,
        "near_share": 0.5,
        "tight_share": 0.02,
    }
    with app.test_request_context():
        found = status_words._scores(Drift(**{**usual, **drift}))
        assert (found.grade, said in found.words) == (grade, True)
        assert status_words._scores(None).grade == "good"
