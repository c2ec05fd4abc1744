from itertools import pairwise

import cv2
import numpy as np
import pytest

from recognition.detection import Face
from training.augment import CUT_SIDE, FaceCut, copies, cut_face

LANDMARKS = np.array([[-30, -20], [30, -20], [0, 5], [-22, 35], [22, 35]], dtype=np.float32)


def picture_with_face(scale: float) -> tuple[np.ndarray, Face]:
    """A dark disc with five bright dots where the landmarks are, off the centre of a picture."""
    size = int(600 * scale)
    image = np.full((size, size + 50, 3), 120, np.uint8)
    centre = np.array([size * 0.4, size * 0.45], dtype=np.float32)
    points = LANDMARKS * 2 * scale + centre
    for x, y in points:
        cv2.circle(image, (round(float(x)), round(float(y))), max(2, int(6 * scale)), (255, 255, 255), -1)
    side = 180 * scale
    box = (float(centre[0] - side / 2), float(centre[1] - side / 2), side, side)
    return image, Face(box, points.astype(np.float32), 0.9)


@pytest.fixture
def cut() -> FaceCut:
    return cut_face(*picture_with_face(1.0))


@pytest.mark.parametrize("scale", [0.3, 1.0, 2.0, 4.0])
def test_the_landmarks_move_with_the_pixels(scale):
    cut = cut_face(*picture_with_face(scale))
    assert cut.image.shape[0] <= CUT_SIDE
    for x, y in cut.face.landmarks:
        assert cut.image[round(float(y)), round(float(x))].mean() > 170


def test_a_face_at_the_border_is_cut_with_replicated_edges():
    image, face = picture_with_face(1.0)
    corner = Face((-20.0, -10.0, 180.0, 180.0), face.landmarks - face.landmarks.mean(axis=0), 0.9)
    cut = cut_face(image, corner)
    assert cut.image.shape == (CUT_SIDE, CUT_SIDE, 3)


def test_copies_depend_on_photo_number_and_seed_alone(cut):
    first, second = list(copies(cut, 4, seed=1)), list(copies(cut, 6, seed=1))
    for one, two in zip(first, second[:4], strict=True):
        np.testing.assert_array_equal(one.image, two.image)
        np.testing.assert_array_equal(one.face.landmarks, two.face.landmarks)
    other = next(copies(cut, 1, seed=2))
    assert not np.array_equal(other.image, first[0].image)


def test_copies_differ_from_each_other_and_keep_the_shape(cut):
    made = list(copies(cut, 20))
    assert {copy.image.shape for copy in made} == {cut.image.shape}
    assert all(not np.array_equal(a.image, b.image) for a, b in pairwise(made))


def test_about_half_are_mirrored():
    image, face = picture_with_face(1.0)
    image[:, : image.shape[1] // 3] = 0  # a dark side that a mirrored copy shows on the right
    cut = cut_face(image, face)
    dark_right = [copy.image[:, -40:].mean() < copy.image[:, :40].mean() for copy in copies(cut, 20)]
    assert 5 <= sum(dark_right) <= 15


def test_a_mirrored_copy_keeps_the_left_eye_on_the_left(cut):
    for copy in copies(cut, 20):
        eyes = copy.face.landmarks[:2, 0]
        assert eyes[0] < eyes[1]


def test_the_light_changes_both_ways(cut):
    brightness = [copy.image.mean() - cut.image.mean() for copy in copies(cut, 20)]
    assert min(brightness) < -5
    assert max(brightness) > 5
