"""MTCNN without TensorFlow against the package it takes its weights from."""

import numpy as np
import pytest

from recognition.detection import Face, iou
from recognition.mtcnn_lean import MTCNN, suppress


@pytest.fixture(scope="module")
def package_faces():
    """Faces as mtcnn 1.0.0 itself finds them."""
    from mtcnn import MTCNN as Package

    detector = Package()

    def detect(image: np.ndarray) -> list[Face]:
        rows = detector.detect_faces(image, output_type="numpy", fit_to_image=False)
        return [
            Face(tuple(row[1:5]), row[6:].reshape(2, 5).T.astype(np.float32), float(row[5])) for row in rows
        ]

    return detect


def test_agrees_with_the_package(mtcnn, package_faces, lfw, celeb5, classroom):
    both = alike = landmarks_alike = 0
    for image in (*lfw[:20], *celeb5["madonna"], *classroom[:6]):
        ours = mtcnn.detect(image)
        for theirs in package_faces(image):
            match = max(ours, key=lambda face: iou(face, theirs), default=None)
            if match is not None and iou(match, theirs) > 0.5:
                both += 1
                alike += iou(match, theirs) >= 0.9
                landmarks_alike += np.abs(match.landmarks - theirs.landmarks).max() < 0.02 * theirs.box[2]
    assert both >= 50
    assert alike >= 0.98 * both
    assert landmarks_alike >= 0.95 * both


@pytest.mark.parametrize("size", [12, 20, 24, 40, 48, 60, 80])
def test_every_smallest_size_finds_larger_faces(weights_dir, lfw, size):
    """The package itself returns nothing for many sizes from 24 up."""
    detector = MTCNN(weights_dir, min_face_size=size)
    assert sum(bool(detector.detect(photo)) for photo in lfw[:6]) >= 5


def test_smallest_size_below_the_window_is_refused(weights_dir):
    with pytest.raises(ValueError, match="12"):
        MTCNN(weights_dir, min_face_size=8)


def test_landmarks_lie_where_they_are_named(mtcnn, lfw):
    left_eye, right_eye, nose, left_mouth, right_mouth = mtcnn.detect(lfw[0])[0].landmarks
    assert left_eye[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (11, 11), (48, 700), (480, 640)])
def test_pictures_without_a_face_have_none(mtcnn, shape):
    assert mtcnn.detect(np.full((*shape, 3), 90, dtype=np.uint8)) == []


class TestSuppress:
    BOXES = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60], [2, 2, 5, 5]], dtype=float)
    SCORES = np.array([0.7, 0.9, 0.8, 0.6])

    def test_keeps_the_best_of_those_that_overlap(self):
        assert suppress(self.BOXES, self.SCORES, 0.5).tolist() == [1, 2, 3]

    def test_over_the_smaller_box_drops_what_lies_inside(self):
        assert suppress(self.BOXES, self.SCORES, 0.5, over_smaller=True).tolist() == [1, 2]

    def test_nothing_in_nothing_out(self):
        assert suppress(np.empty((0, 4)), np.empty(0), 0.5).tolist() == []

    def test_cost_is_bounded(self):
        chance = np.random.default_rng(0)
        corner = chance.uniform(0, 5000, (50_000, 2))
        assert len(suppress(np.c_[corner, corner + 5], chance.random(50_000), 0.5)) <= 2000
