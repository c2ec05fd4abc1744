"""The verification protocol: folds that share nobody, the official list's format, the count of mistakes."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.lfw import PairsUnusable, best_threshold, cross_validated, draw_pairs, read_pairs


@pytest.fixture
def images(tmp_path) -> Path:
    for name, count in {"Ann_A": 4, "Ben_B": 3, "Cy_C": 1, "Di_D": 2}.items():
        (tmp_path / name).mkdir()
        for number in range(1, count + 1):
            (tmp_path / name / f"{name}_{number:04d}.jpg").touch()
    return tmp_path


def test_folds_share_nobody_and_hold_no_pair_twice():
    paths = [Path(f"p{person:03d}/{number}.jpg") for person in range(120) for number in range(person % 7 + 1)]
    pairs = draw_pairs(paths, folds=5, each=40)
    people = [
        {p.parent.name for pair in pairs if pair.fold == fold for p in (pair.first, pair.second)}
        for fold in range(5)
    ]
    assert sum(map(len, people)) == len(set().union(*people))
    assert len({(pair.first, pair.second) for pair in pairs}) == len(pairs) == 5 * 2 * 40
    assert all(pair.same == (pair.first.parent == pair.second.parent) for pair in pairs)


def test_reads_the_official_format(images, tmp_path):
    file = tmp_path / "pairs.txt"
    file.write_text("2\t1\nAnn_A\t1\t4\nAnn_A\t1\tBen_B\t3\nDi_D\t1\t2\nBen_B\t1\tCy_C\t1\n")
    pairs = read_pairs(file, images)
    assert [(pair.fold, pair.same) for pair in pairs] == [(0, True), (0, False), (1, True), (1, False)]
    assert pairs[3].second == images / "Cy_C" / "Cy_C_0001.jpg"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "first line"),
        ("many\n", "first line"),
        ("1\t1\nAnn_A\t1\t2\n", "2 pairs are announced, 1 are there"),
        ("1\t1\nAnn_A\t1\nAnn_A\t1\tBen_B\t1\n", "line 2: a pair has"),
        ("1\t1\nAnn_A\t1\t9\nAnn_A\t1\tBen_B\t1\n", "no picture Ann_A/Ann_A_0009"),
        ("1\t1\nAnn_A\t1\t2\nAnn_A\tx\tBen_B\t1\n", "'x' is not the number"),
    ],
)
def test_says_what_is_wrong_with_a_list(images, tmp_path, text, complaint):
    file = tmp_path / "pairs.txt"
    file.write_text(text)
    with pytest.raises(PairsUnusable, match=complaint):
        read_pairs(file, images)


def test_the_best_threshold_makes_the_fewest_mistakes():
    random = np.random.default_rng(0)
    same = random.random(60) < 0.5
    scores = np.where(same, 0.6, 0.4) + random.normal(0, 0.15, 60)
    mistakes = [((scores >= t) != same).sum() for t in np.r_[scores, 2]]
    assert ((scores >= best_threshold(scores, same)) != same).sum() == min(mistakes)


def test_a_fold_is_judged_by_the_threshold_of_the_others():
    scores = np.array([0.9, 0.1, 0.5, 0.4])
    same = np.array([True, False, False, True])
    accuracies, thresholds = cross_validated(scores, same, np.array([0, 0, 1, 1]))
    assert thresholds[1] == pytest.approx(0.5)
    assert accuracies[1] == 0.0
