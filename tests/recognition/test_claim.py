"""One person's face against a claim to be somebody."""

import cv2
import numpy as np
import pytest

from recognition.claim import THRESHOLDS, judge_claim, likeness, thresholds_of
from recognition.embedding import EMBEDDER_IDS
from training.masks import with_mask

BLANK = np.full((480, 640, 3), 120, dtype=np.uint8)


@pytest.fixture(scope="module")
def probes(engine, celeb5):
    """Of each person two photos that they are not enrolled with."""
    return {name: photos[3:5] for name, photos in celeb5.items()}


@pytest.fixture(scope="module")
def templates(engine, celeb5):
    return {
        name: np.stack([engine.enrol(photo).embedding for photo in photos[:3]])
        for name, photos in celeb5.items()
    }


def subjects(engine, pictures):
    return [engine.subject(picture) for picture in pictures]


@pytest.mark.parametrize("worn", [False, True])
def test_five_people_are_themselves_and_nobody_else(engine, probes, templates, worn):
    right = noticed = 0
    for name, pictures in probes.items():
        seen = subjects(engine, pictures)
        if worn:
            random = np.random.default_rng(0)
            seen = subjects(engine, [with_mask(one.image, one.face, random) for one in seen])
        verdicts = {claimed: judge_claim(seen, owned, engine) for claimed, owned in templates.items()}
        noticed += verdicts[name].masked is True
        assert all(verdicts[other].problem == "another_person" for other in verdicts if other != name)
        right += verdicts[name].problem is None
    assert right >= (3 if worn else 4)
    assert noticed >= 4 if worn else noticed == 0


def test_without_a_face_nothing_is_compared(engine, templates):
    owned = next(iter(templates.values()))
    for burst, problem in (([], "no_face"), ([BLANK] * 3, "no_face")):
        verdict = judge_claim(subjects(engine, burst), owned, engine)
        assert (verdict.problem, verdict.score) == (problem, None)


def test_a_face_that_cannot_be_made_out_is_asked_for_again(engine, probes, templates):
    name, (picture, _) = next(iter(probes.items()))
    blurred = cv2.GaussianBlur(picture, (0, 0), 9)
    verdict = judge_claim(subjects(engine, [blurred]), templates[name], engine)
    assert verdict.problem in {"low_quality", "no_face"}


def test_every_embedder_has_thresholds():
    assert {name: thresholds_of(identity) for name, identity in EMBEDDER_IDS.items()} == THRESHOLDS
    with pytest.raises(KeyError):
        thresholds_of("unheard-of")


def test_likeness_of_a_template_to_itself_is_whole():
    template = np.eye(1, 640, dtype=np.float32)
    assert likeness(template, template, "another", masked=False) == pytest.approx([1.0])
