"""Faces in masks, real ones by path: noticed, judged by their own threshold, not enrolled."""

import numpy as np
import pytest

from recognition.detection import Face
from recognition.exceptions import PhotoRefused
from recognition.mask_export import keras_network
from recognition.masks import ENROLMENT_MASKED_FROM, MASKED_FROM
from recognition.roster_model import RosterModel
from recognition.weights import KERAS_MASK, ensure, source_path
from tests.recognition.conftest import read
from training.masks import with_mask

PEOPLE = ("BellaHadid", "JoeBiden", "NancyPelosi", "TomWolf", "XiJinping", "YurikoKoike")


@pytest.fixture(scope="module")
def photos(shared_data) -> dict[tuple[str, bool], list[np.ndarray]]:
    """Pictures by person and by whether a mask is worn."""
    found = {}
    for line in (shared_data / "mfr2" / "labels.txt").read_text().splitlines():
        name, number, kind = (word.strip() for word in line.split(","))
        if name in PEOPLE:
            path = shared_data / "mfr2" / name / f"{name}_{int(number):04d}.png"
            found.setdefault((name, kind != "no-mask"), []).append(read(path))
    return found


def largest(engine, image) -> Face:
    return engine.detector.detect(image)[0]


def test_real_masks_are_noticed_and_bare_faces_are_not_taken_for_masked(engine, photos):
    seen = {
        worn: [
            engine.mask_detector.probability(image, largest(engine, image))
            for (_, is_worn), images in photos.items()
            if is_worn == worn
            for image in images
        ]
        for worn in (True, False)
    }
    assert np.mean(np.array(seen[True]) >= MASKED_FROM) >= 0.9
    assert max(seen[False]) < MASKED_FROM


def test_serving_agrees_with_the_published_network(engine, weights_dir):
    ensure(weights_dir, [KERAS_MASK])
    network = keras_network(source_path(weights_dir, KERAS_MASK))
    image = np.random.default_rng(0).integers(0, 255, (160, 160, 3), dtype=np.uint8)
    # A box whose crop, margins included, is exactly this picture.
    side = 160 / 1.3
    face = Face(((160 - side) / 2, (160 - side) / 2, side, side), np.zeros((5, 2), np.float32), 1.0)
    expected = network([image[None].astype(np.float32) / 127.5 - 1], training=False).numpy()[0, 0]
    assert engine.mask_detector.probability(image, face) == pytest.approx(expected, abs=0.01)


def test_a_masked_visit_is_judged_by_the_masked_threshold(engine, photos):
    bare = [(name, image) for (name, worn), images in photos.items() if not worn for image in images]
    embeddings = np.stack([engine.observe(image)[0].embedding for _, image in bare])
    model = RosterModel.fit(embeddings, [name for name, _ in bare], embedder_id=engine.embedder_id)
    decision = engine.identify([photos["JoeBiden", True][0]], model)
    assert decision.masked
    assert decision.threshold == model.gate.masked_threshold < model.threshold
    assert (decision.reason, decision.label) == ("match", "JoeBiden")
    without = engine.identify([photos["JoeBiden", False][0]], model)
    assert without.masked is False
    assert without.threshold == model.first_look.threshold


def test_a_photo_in_a_mask_is_not_enrolled(engine, celeb5):
    photo = next(iter(celeb5.values()))[0]
    masked = with_mask(photo, largest(engine, photo), np.random.default_rng(1))
    assert engine.mask_detector.probability(masked, largest(engine, masked)) >= ENROLMENT_MASKED_FROM
    with pytest.raises(PhotoRefused) as refusal:
        engine.enrol(masked)
    assert refusal.value.reason == "low_quality"
    assert "masked" in refusal.value.problems
