import numpy as np
import pytest

from recognition.gallery import Gallery
from recognition.gate import MINIMUM_MARGIN, PRIORS, calibrate, masked_emphasis, prior_of
from tests.recognition.synthetic_class import SyntheticPopulation, names


def class_and_strangers(population: SyntheticPopulation, students: int, strangers: int = 4000):
    gallery = Gallery.from_labelled(population.photos(population.people(students), 5), names(students, 5))
    return gallery, population.photos(population.people(strangers), 1)


def fpir(gallery: Gallery, strangers: np.ndarray, threshold: float) -> float:
    return float((gallery.scores(strangers).max(axis=1) >= threshold).mean())


@pytest.mark.parametrize("students", [10, 30, 150])
@pytest.mark.parametrize("likeness", [0.05, 0.35], ids=["diverse", "alike"])
def test_strangers_of_the_same_kind_are_kept_out_without_having_been_seen(students, likeness):
    gallery, strangers = class_and_strangers(SyntheticPopulation(likeness), students)
    assert fpir(gallery, strangers, calibrate(gallery).threshold) <= 0.006


def test_a_class_that_looks_alike_gets_a_higher_threshold():
    diverse, _ = class_and_strangers(SyntheticPopulation(0.05), 20)
    alike, _ = class_and_strangers(SyntheticPopulation(0.4), 20)
    assert calibrate(alike).threshold > calibrate(diverse).threshold + 0.02


def test_a_laxer_target_gives_a_lower_threshold():
    gallery, _ = class_and_strangers(SyntheticPopulation(), 30)
    assert calibrate(gallery, target_fpir=0.02).threshold < calibrate(gallery, target_fpir=0.001).threshold


@pytest.mark.parametrize("students", [0, 1, 2])
def test_with_nobody_to_play_a_stranger_the_prior_decides(students):
    population = SyntheticPopulation()
    gallery = Gallery.from_labelled(
        population.photos(population.people(students), 5), names(students, 5), dimensions=128
    )
    assert 0.4 < calibrate(gallery).threshold < 0.7


def test_background_people_spare_a_small_class_the_prior_s_caution():
    gallery, strangers = class_and_strangers(SyntheticPopulation(0.05), 2)
    informed = calibrate(gallery, strangers[:200]).threshold
    assert informed < calibrate(gallery).threshold
    assert fpir(gallery, strangers[200:], informed) <= 0.006


def test_the_miss_rate_estimate_counts_photos_their_owner_would_not_be_known_by():
    population = SyntheticPopulation()
    photos = population.photos(population.people(20), 5)
    photos[0] = population.people(1)[0]  # somebody else's photo in the first student's folder
    gate = calibrate(Gallery.from_labelled(photos, names(20, 5)))
    assert gate.fnir_estimate == pytest.approx(0.01)


def test_no_miss_rate_is_claimed_where_everybody_has_one_photo():
    population = SyntheticPopulation()
    assert calibrate(Gallery.from_labelled(population.people(5), names(5))).fnir_estimate is None


def test_a_masked_visitor_needs_less_and_no_less_than_the_class_s_own_target_asks():
    gallery, _ = class_and_strangers(SyntheticPopulation(), 30)
    gate = calibrate(gallery)
    assert gate.masked_threshold == pytest.approx(calibrate(gallery, target_fpir=0.01).threshold)
    between, ample = (gate.threshold + gate.masked_threshold) / 2, np.array(0.5)
    assert gate.admits(between, ample, masked=True)
    assert not gate.admits(between, ample)
    lax = calibrate(gallery, target_fpir=0.02)
    assert lax.masked_threshold == lax.threshold


def test_a_masked_probe_s_parts_are_weighed_anew_and_its_threshold_with_them():
    emphasis = masked_emphasis("fusion(a*0.25+b*0.75)", 640)
    assert emphasis.shape == (640,)
    probe = np.r_[np.sqrt(0.25) * np.eye(1, 512)[0], np.sqrt(0.75) * np.eye(1, 128)[0]]
    assert (probe * emphasis)[:512] @ probe[:512] == pytest.approx(0.15)
    assert (probe * emphasis) @ probe == pytest.approx(1.0)
    assert masked_emphasis("sface-2021dec", 128) is None
    gallery, _ = class_and_strangers(SyntheticPopulation(), 30)
    halved = calibrate(gallery, emphasis=np.full(gallery.dimensions, 0.5, np.float32))
    assert halved.threshold == calibrate(gallery).threshold
    assert halved.masked_threshold < calibrate(gallery).masked_threshold


def test_a_toss_up_between_two_students_is_not_admitted():
    gallery, _ = class_and_strangers(SyntheticPopulation(), 10)
    gate = calibrate(gallery)
    margins = np.array([MINIMUM_MARGIN / 2, MINIMUM_MARGIN * 2, np.nan])
    assert gate.admits(np.full(3, 0.95), margins).tolist() == [False, True, True]


def test_the_margin_raises_the_evidence_where_the_embedder_gains_by_it():
    gallery, strangers = class_and_strangers(SyntheticPopulation(), 50)
    gate = calibrate(gallery, prior=prior_of("facenet-20180402"))
    assert gate.evidence(0.6, 0.4) == pytest.approx(0.6 + PRIORS["facenet"].margin_weight * 0.2)
    scores = np.sort(gallery.scores(strangers), axis=1)
    assert (gate.evidence(scores[:, -1], scores[:, -2]) >= gate.threshold).mean() <= 0.006


@pytest.mark.parametrize("target", [0, 1, -0.1])
def test_refuses_a_target_that_is_no_share(target):
    with pytest.raises(ValueError, match="between 0 and 1"):
        calibrate(Gallery.from_labelled(np.eye(3), names(3)), target_fpir=target)
