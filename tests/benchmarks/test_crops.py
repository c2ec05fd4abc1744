"""The comparison of crops measures what recognition really does."""

import numpy as np
import pytest

from benchmarks.crops import chosen_crop, distance_at, facenet_crops, missed
from recognition.alignment import facenet_crop
from recognition.detection import Face


def test_the_chosen_crop_is_the_one_in_use():
    image = np.random.default_rng(0).integers(0, 255, (250, 250, 3), dtype=np.uint8)
    face = Face((70.0, 60.0, 95.0, 128.0), np.zeros((5, 2), np.float32), 0.9)
    assert np.array_equal(facenet_crops()[chosen_crop()](image, face), facenet_crop(image, face))


def test_missed_pairs_against_counting():
    angles = np.radians([0, 10, 90, 100, 180, 40])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    people = ["a", "a", "b", "b", "c", "a"]
    # Pairs of one person: a 10°, 30°, 40°; b 10°. The nearest of different people: 40° with 90°, 50° apart.
    assert missed(vectors, people, [0.0]) == {"0": 0.0}
    assert distance_at(vectors, people, 0.0) == pytest.approx(1 - np.cos(np.radians(50)))


def test_all_pairs_can_be_missed():
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    assert missed(vectors, ["a", "a", "b", "b"], [0.0]) == {"0": 1.0}
