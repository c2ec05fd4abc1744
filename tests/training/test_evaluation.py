import numpy as np
import pytest

from recognition.roster_model import RosterModel
from training.evaluation import (
    Proportion,
    Trials,
    Visits,
    confusions,
    figures,
    joined,
    run_trials,
    threshold_at,
)


def visits(labels: str, scores: list[float], margins: list[float] | None = None) -> Visits:
    return Visits(tuple(labels), np.array(scores, float), np.array(margins or [0.3] * len(scores), float))


@pytest.fixture
def trials() -> Trials:
    """Five visits by a and b, one of them mistaken; ten strangers scoring 0.00 to 0.09, one 0.5."""
    return Trials(
        known=visits("aabba", [0.9, 0.8, 0.7, 0.2, 0.6]),
        truth=tuple("aabbb"),
        strangers=visits("a" * 11, [*np.arange(10) / 100, 0.5]),
        sources=tuple("12345"),
    )


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (8, 2719, 0.0015, 0.0058), (0, 0, 0.0, 1.0)],
)
def test_wilson_intervals_match_published_values(count, total, low, high):
    assert Proportion(count, total).interval == pytest.approx((low, high), abs=5e-5)


def test_nothing_counted_has_no_rate():
    assert Proportion(0, 0).rate is None


def test_a_wrong_name_is_a_miss_and_a_misidentification(trials):
    assert trials.rank1 == Proportion(4, 5)
    assert trials.fnir(0.55) == Proportion(2, 5)
    assert trials.misidentified(0.55) == Proportion(1, 5)
    assert trials.fpir(0.55) == Proportion(0, 11)


def test_a_toss_up_is_let_in_at_no_threshold():
    trials = Trials(visits("a", [0.9], [0.01]), ("a",), visits("a", [0.9], [0.01]))
    assert trials.fnir(0.0) == Proportion(1, 1)
    assert trials.fpir(0.0) == Proportion(0, 1)


def test_without_a_runner_up_the_score_decides_alone():
    trials = Trials(visits("a", [0.9], [np.nan]), ("a",), visits("a", [0.1], [np.nan]))
    assert trials.fnir(0.5).count == 0


def test_the_threshold_for_a_rate_lets_in_no_more_and_could_not_be_lower(trials):
    scores = trials.strangers.gated
    for allowed in (0.0, 0.1, 0.2):
        threshold = threshold_at(scores, allowed)
        assert (scores >= threshold).mean() <= allowed
        assert (scores >= np.nextafter(threshold, -1)).mean() > allowed
    assert threshold_at(scores, 1.0) == -np.inf
    assert threshold_at(np.empty(0), 0.003) == -np.inf


def test_figures_are_complete_and_ready_for_json(trials):
    result = figures(trials, 0.55)
    assert result["known_probes"] == 5
    assert result["known_people"] == 2
    assert result["stranger_probes"] == 11
    assert set(result["at_fpir"]) == {"0.01", "0.003", "0.001"}
    assert result["own_threshold"]["fnir"]["rate"] == pytest.approx(0.4)


def test_confusions_say_whether_the_kiosk_would_have_named_them(trials):
    (found,) = confusions(trials, 0.55)
    assert (found.source, found.truth, found.named, found.let_in) == ("5", "b", "a", True)
    assert not confusions(trials, 0.65)[0].let_in


def test_joined_trials_end_as_they_did_with_their_own_models(trials):
    both = joined([(trials, 0.55), (trials, 0.75)], 0.6)
    assert both.fnir(0.6).count == trials.fnir(0.55).count + trials.fnir(0.75).count
    assert both.fpir(0.6).count == trials.fpir(0.55).count + trials.fpir(0.75).count
    assert both.sources == trials.sources * 2


def test_students_play_strangers_to_a_class_without_them():
    people = np.eye(4, dtype=np.float32)
    model = RosterModel.fit(np.repeat(people, 3, axis=0), list("aaabbbcccddd"), embedder_id="fusion")
    trials = run_trials(model, people, "abcd", people, strangers_to="abcd")
    assert trials.rank1 == Proportion(4, 4)
    assert trials.fpir(model.threshold) == Proportion(0, 4)
    assert all(named != truth for named, truth in zip(trials.strangers.labels, "abcd", strict=True))


def test_nobody_is_named_on_an_empty_roster():
    model = RosterModel.fit(np.empty((0, 4)), [], embedder_id="fusion")
    trials = run_trials(model, np.eye(4, dtype=np.float32), "abcd", np.eye(4, dtype=np.float32))
    assert trials.fnir(model.threshold) == Proportion(4, 4)
    assert trials.fpir(model.threshold) == Proportion(0, 4)
