"""Quality: good photos pass, each kind of bad one is named."""

import cv2
import numpy as np
import pytest

from recognition.alignment import ARCFACE_TEMPLATE
from recognition.quality import ENROLMENT_LIMITS, PROBE_LIMITS, head_pose, measure


@pytest.fixture(scope="module")
def seen(yunet, lfw):
    """(photo, face) pairs with a plain frontal subject."""
    return [(photo, faces[0]) for photo in lfw if (faces := yunet.detect(photo))]


def share_with(problem: str, seen, change) -> float:
    """In what part of the photos ``problem`` is found after ``change``."""
    found = [problem in measure(change(photo), face).problems(ENROLMENT_LIMITS) for photo, face in seen]
    return sum(found) / len(found)


def test_ordinary_photos_have_no_problems(seen):
    clean = [not measure(photo, face).problems(ENROLMENT_LIMITS) for photo, face in seen]
    assert sum(clean) >= 0.95 * len(clean)


def test_probe_limits_are_wider(seen):
    for photo, face in seen:
        quality = measure(photo, face)
        assert set(quality.problems(PROBE_LIMITS)) <= set(quality.problems(ENROLMENT_LIMITS))


@pytest.mark.parametrize(
    ("problem", "change"),
    [
        ("blurred", lambda photo: cv2.GaussianBlur(photo, (0, 0), 5)),
        ("too_dark", lambda photo: (photo * 0.1).astype(np.uint8)),
        ("too_bright", lambda photo: (255 - (255 - photo) * 0.05).astype(np.uint8)),
        ("low_contrast", lambda photo: (photo * 0.05 + 110).astype(np.uint8)),
    ],
)
def test_what_is_wrong_is_named(seen, problem, change):
    assert share_with(problem, seen, lambda photo: photo) <= 0.05
    assert share_with(problem, seen, change) >= 0.95


def test_small_faces_are_named(seen, yunet):
    small = cv2.resize(seen[0][0], (80, 80), interpolation=cv2.INTER_AREA)
    (face, *_) = yunet.detect(small)
    assert "too_small" in measure(small, face).problems(ENROLMENT_LIMITS)


def test_weight_falls_with_blur(seen):
    sharp = [measure(photo, face).weight for photo, face in seen]
    blurred = [measure(cv2.GaussianBlur(photo, (0, 0), 4), face).weight for photo, face in seen]
    assert all(0 < b < a <= 1 for a, b in zip(sharp, blurred, strict=True))


class TestHeadPose:
    def test_frontal_template(self):
        yaw, pitch, roll = head_pose(ARCFACE_TEMPLATE)
        assert abs(yaw) < 3
        assert abs(pitch) < 15
        assert abs(roll) < 2

    @pytest.mark.parametrize("angle", [-30, -10, 20, 45])
    def test_lean_is_measured_and_does_not_leak_into_yaw(self, angle):
        turn = np.radians(angle)
        rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        yaw, _, roll = head_pose((ARCFACE_TEMPLATE - 56) @ rotation)
        assert roll == pytest.approx(angle, abs=2)
        assert abs(yaw) < 3

    def test_mirror_image_turns_the_other_way(self, seen):
        for photo, face in seen[:10]:
            mirrored = face.landmarks[[1, 0, 2, 4, 3]] * [-1, 1] + [photo.shape[1], 0]
            yaw, pitch, roll = head_pose(face.landmarks)
            assert head_pose(mirrored) == pytest.approx((-yaw, pitch, -roll), abs=0.5)

    def test_landmarks_in_one_point(self):
        assert head_pose(np.zeros((5, 2), np.float32)) == (0.0, 0.0, 0.0)
