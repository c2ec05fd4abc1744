import json

import numpy as np
import pytest

from recognition.image import decode_image
from tests.training.conftest import OPTIONS, STUDENTS
from training import fit_roster
from training.exceptions import TooFewPhotos
from training.fitting import FitOptions, embed_copies, fit_photos, split_by_photo
from training.photos import CheckedPhotos


def probe(demo_people, name):
    return decode_image((demo_people / name / "probe" / "01.jpg").read_bytes())


def test_students_are_recognised_and_strangers_are_not(fitted, engine, demo_people):
    for name in STUDENTS:
        assert engine.identify([probe(demo_people, name)], fitted.model).label == name
    for name in ("dana", "leo"):
        assert engine.identify([probe(demo_people, name)], fitted.model).reason == "unknown"


def test_the_same_photos_and_seed_give_the_same_model_to_the_byte(fitted, checked, engine, tmp_path):
    again = fit_photos(checked, engine, OPTIONS)
    one, two = fitted.model.save(tmp_path / "one"), again.model.save(tmp_path / "two")
    assert one.sha256 == two.sha256
    assert fitted.model.threshold == again.model.threshold
    probes = np.stack([photo.embedding for photo in checked.accepted])
    values = [model.classifier.decision_values(probes) for model in (fitted.model, again.model)]
    np.testing.assert_array_equal(*values)


def test_another_seed_gives_other_copies(checked, engine):
    photos = checked.accepted[:1]
    one, two = (embed_copies(photos, engine, FitOptions(augment=1, seed=seed)) for seed in (1, 2))
    assert not np.array_equal(one, two)


def test_copies_show_the_person_they_were_made_from(checked, engine):
    photos = checked.accepted[:3]
    copied = embed_copies(photos, engine, FitOptions(augment=3))
    likeness = np.einsum("pcd,pd->pc", copied, np.stack([photo.embedding for photo in photos]))
    assert likeness.min() > 0.6


def test_no_photo_is_held_out_twice_and_nobody_loses_all(checked):
    rounds = split_by_photo(checked.accepted, 0.2, seed=0)
    kept = [position for positions in rounds for position in positions]
    assert len(kept) == len(set(kept))
    for positions in rounds:
        assert {checked.accepted[position].label for position in positions} == set(STUDENTS)
    assert split_by_photo(checked.accepted, 0.2, seed=0) == rounds
    assert split_by_photo(checked.accepted, 0.2, seed=1) != rounds


def test_a_large_class_is_split_once(checked):
    photos = list(checked.accepted) * 60
    assert len(split_by_photo(photos, 0.2, seed=0)) == 1


def test_people_with_two_photos_are_learnt_from_entirely(checked):
    two = [photo for photo in checked.accepted if photo.label == "kai"][:2]
    assert split_by_photo(two, 0.2, seed=0) == []


def test_figures_count_every_held_out_photo_once(fitted):
    figures = fitted.figures
    held_out = figures["held_out"]
    assert held_out["rounds"] > 1
    assert held_out["known_probes"] == held_out["stranger_probes"] >= 12
    assert held_out["rank1"]["rate"] == 1.0
    assert set(figures["seconds"]) == {"copies", "fit", "evaluate"}
    json.dumps(figures)


def test_a_class_of_one_is_fitted(engine, demo_people):
    result = fit_roster({"kai": [probe(demo_people, "kai")]}, engine, augment=1)
    assert result.model.labels == ("kai",)
    assert result.held_out is None
    assert engine.identify([probe(demo_people, "mira")], result.model).reason == "unknown"


def test_background_people_take_part_in_the_calibration(checked, engine, fitted):
    strangers = np.stack([photo.embedding for photo in checked.accepted if photo.label == "omar"])
    students = CheckedPhotos(tuple(p for p in checked.accepted if p.label != "omar"), ())
    alone = fit_photos(students, engine, FitOptions(augment=0, held_out=0))
    informed = fit_photos(students, engine, FitOptions(augment=0, held_out=0), background=strangers)
    counts = [result.model.calibration["stranger_scores"] for result in (alone, informed)]
    assert counts[1] == counts[0] + len(strangers) * 3


def test_nothing_to_learn_from_is_said_so(engine):
    with pytest.raises(TooFewPhotos, match="none of the 1"):
        fit_roster({"kai": [np.zeros((64, 64, 3), np.uint8)]}, engine)
