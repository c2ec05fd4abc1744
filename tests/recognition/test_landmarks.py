"""Refined landmarks: nearer to the truth, same order, same boxes."""

import numpy as np
import pytest

from recognition.detection import Face
from recognition.landmarks import LandmarkRefiner


@pytest.fixture(scope="module")
def refiner(weights_dir) -> LandmarkRefiner:
    return LandmarkRefiner(weights_dir)


@pytest.fixture(scope="module")
def seen(yunet, lfw):
    """(photo, face) pairs by plain YuNet."""
    return [(photo, faces[0]) for photo in lfw[:20] if (faces := yunet.detect(photo))]


def eye_to_mouth(face: Face) -> float:
    return float(np.hypot(*(face.landmarks[3:].mean(axis=0) - face.landmarks[:2].mean(axis=0))))


def test_points_move_a_little_and_boxes_do_not(refiner, seen):
    for photo, face in seen:
        (refined,) = refiner.refine(photo, [face])
        assert refined.box == face.box
        assert refined.score == face.score
        assert refined.landmarks.dtype == np.float32
        moved = np.hypot(*(refined.landmarks - face.landmarks).T).mean()
        assert 0 < moved < 0.2 * eye_to_mouth(face)


def test_rough_points_come_nearer_to_those_of_the_other_detector(refiner, mtcnn, seen):
    """MTCNN's cascade is independent of YuNet's points, so agreement with it is a gain in accuracy."""
    before, after = [], []
    for photo, face in seen:
        (other, *_) = mtcnn.detect(photo)
        rough = Face(face.box, face.landmarks + np.float32(4), face.score)
        (refined,) = refiner.refine(photo, [rough])
        before.append(np.abs(rough.landmarks - other.landmarks).mean())
        after.append(np.abs(refined.landmarks - other.landmarks).mean())
    assert np.median(after) < 0.6 * np.median(before)


def test_mirrored_picture_gives_mirrored_points(refiner, seen):
    photo, face = seen[0]
    width = photo.shape[1]
    x, y, w, h = face.box
    mirrored_points = (face.landmarks[[1, 0, 2, 4, 3]] * [-1, 1] + [width - 1, 0]).astype(np.float32)
    mirrored = Face((width - 1 - x - w, y, w, h), mirrored_points, face.score)
    (straight,) = refiner.refine(photo, [face])
    (turned,) = refiner.refine(np.ascontiguousarray(photo[:, ::-1]), [mirrored])
    back = turned.landmarks[[1, 0, 2, 4, 3]] * [-1, 1] + [width - 1, 0]
    assert np.abs(back - straight.landmarks).max() < 1.0


def test_many_faces_at_once_equal_one_by_one(refiner, yunet, lfw):
    photo = np.hstack(lfw[:2])
    faces = yunet.detect(photo)
    together = refiner.refine(photo, faces)
    for face, refined in zip(faces, together, strict=True):
        assert np.abs(refiner.refine(photo, [face])[0].landmarks - refined.landmarks).max() < 0.05


def test_no_face_no_work(refiner, lfw):
    assert refiner.refine(lfw[0], []) == []


def test_face_beyond_the_border(refiner, lfw):
    face = Face((-40.0, -40.0, 100.0, 120.0), np.zeros((5, 2), np.float32), 0.9)
    assert np.isfinite(refiner.refine(lfw[0], [face])[0].landmarks).all()
