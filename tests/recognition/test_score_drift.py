"""The drift of scores, on people of the LFW set at a camera by day, in the dark, and among strangers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.roster_model import RosterModel
from recognition.score_drift import Scores, Standing, _mean_of_best, shifted_fpir, standing

PEOPLE = 16
STRANGERS = 18


@pytest.fixture(scope="module")
def engine(weights_dir: Path) -> FaceEngine:
    return FaceEngine.load(weights_dir)


class Classroom:
    """A roster of people with two photos each, and pictures of them and of others that it has not seen."""

    def __init__(self, engine: FaceEngine, folder: Path) -> None:
        self._engine = engine
        people = [sorted(one.glob("*.jpg")) for one in sorted(folder.iterdir()) if one.is_dir()]
        known = [pictures for pictures in people if len(pictures) >= 5][:PEOPLE]
        photos = [(path, path.parent.name) for pictures in known for path in pictures[:2]]
        seen = [engine.observe(self.picture(path))[0].embedding for path, _ in photos]
        labels = [name for _, name in photos]
        self.model = RosterModel.fit(np.stack(seen), labels, embedder_id=engine.embedder_id)
        self.probes = [path for pictures in known for path in pictures[2:4]]
        self.strangers = [pictures[0] for pictures in people if len(pictures) == 1][:STRANGERS]

    @staticmethod
    def picture(path: Path) -> np.ndarray:
        return decode_image(path.read_bytes())

    def visits(
        self, paths: list[Path], seen_as: Callable[[np.ndarray], np.ndarray] = lambda image: image
    ) -> Scores:
        """One visit for each picture."""
        scores = Scores()
        for path in paths:
            decision = self._engine.identify([seen_as(self.picture(path))], self.model)
            found = standing(self.model, decision)
            if found is not None:
                scores.add(found)
        return scores


@pytest.fixture(scope="module")
def classroom(engine: FaceEngine, shared_data: Path) -> Classroom:
    return Classroom(engine, shared_data / "lfw")


@pytest.fixture(scope="module")
def by_day(classroom: Classroom) -> Scores:
    return classroom.visits(classroom.probes)


def in_the_dark(image: np.ndarray) -> np.ndarray:
    """A quarter of the light, and the noise of a sensor that lacks it."""
    noise = np.random.default_rng(0).normal(0, 4, image.shape)
    return np.clip(image * 0.25 + noise, 0, 255).astype(np.uint8)


def test_by_day_visits_fall_where_the_calibration_says(by_day: Scores) -> None:
    drift = by_day.drift(0.003)
    assert drift.visits >= 1.7 * PEOPLE
    assert drift.ks < 1.36 / np.sqrt(drift.visits), "no more than chance"
    assert abs(drift.shift) < 0.5
    assert 0.0005 < drift.fpir_estimate < 0.02
    assert drift.refused_share < 0.1
    assert drift.tight_share < 0.15


def test_in_the_dark_the_right_people_come_close_to_refusal(classroom: Classroom, by_day: Scores) -> None:
    day, dark = by_day.drift(0.003), classroom.visits(classroom.probes, in_the_dark).drift(0.003)
    assert dark.tight_share + dark.refused_share > 2 * (day.tight_share + day.refused_share)
    assert dark.ks > day.ks


def test_strangers_are_refused_and_were_not_near(classroom: Classroom, by_day: Scores) -> None:
    strangers = classroom.visits(classroom.strangers)
    both = Scores.summed([by_day.to_json(), strangers.to_json()]).drift(0.003)
    assert strangers.accepted_count == 0
    assert both.refused_share > 0.25 > by_day.drift(0.003).refused_share
    assert both.near_share < 0.4
    assert both.ks == by_day.drift(0.003).ks


def test_look_alikes_shift_the_runners_up(classroom: Classroom, by_day: Scores) -> None:
    """The same visits, had the model believed strangers to look less alike than they do."""
    gate = classroom.model.gate
    believed = replace(gate, stranger_mean=gate.stranger_mean - gate.stranger_deviation)
    look = classroom.model.first_look
    naive = replace(classroom.model)
    object.__setattr__(naive, "gate", believed)
    object.__setattr__(naive, "first_look", None)
    assert look is not None
    scores = Scores()
    for path in classroom.probes:
        subject = classroom._engine.subject(classroom.picture(path))
        if not isinstance(subject, str):
            scores.add(standing(naive, naive.identify(classroom._engine.embed([subject]))))
    drift = scores.drift(0.003)
    assert drift.shift > 0.6
    assert drift.fpir_estimate > 0.01
    assert drift.ks > by_day.drift(0.003).ks + 0.2


def test_a_calibration_that_holds_gives_even_bins() -> None:
    """Scores drawn as the calibration says: no drift, up to chance."""
    random = np.random.default_rng(0)
    people = 30
    scores = Scores()
    best = random.standard_normal((4000, people - 1)).max(axis=1)
    for height in best:
        quantile = NormalDist().cdf(height) ** (people - 1)
        scores.add(Standing(True, quantile, height - _mean_of_best(people - 1), 3.0, people))
    drift = scores.drift(0.003)
    assert drift.ks < 1.36 / np.sqrt(4000)
    assert abs(drift.shift) < 0.03
    assert drift.fpir_estimate == pytest.approx(0.003, rel=0.1)


def test_nobody_seen_is_no_drift() -> None:
    assert Scores().drift(0.003) is None


def test_a_shift_of_a_deviation_multiplies_strangers() -> None:
    assert shifted_fpir(0.003, 30, 0.0) == pytest.approx(0.003, rel=1e-6)
    assert 0.02 < shifted_fpir(0.003, 30, 1.0) < 0.1
