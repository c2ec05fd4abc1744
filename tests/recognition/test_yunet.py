"""YuNet in OpenVINO against OpenCV's own class, and at the edges of what a picture can be."""

import cv2
import numpy as np
import pytest

from recognition.weights import YUNET


def opencv_faces(weights_dir, image: np.ndarray) -> np.ndarray:
    """Rows of box, landmarks and score by OpenCV, largest first."""
    height, width = image.shape[:2]
    detector = cv2.FaceDetectorYN.create(str(weights_dir / YUNET), "", (width, height), 0.6, 0.3, 5000)
    found = detector.detect(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1]
    found = np.empty((0, 15)) if found is None else found
    return found[np.argsort(-found[:, 2] * found[:, 3])]


def test_equals_opencv_box_for_box(yunet, weights_dir, lfw, classroom):
    compared = 0
    for image in (*lfw[:15], *classroom):
        ours = [np.r_[face.box, face.landmarks.ravel(), face.score] for face in yunet.detect(image)]
        theirs = opencv_faces(weights_dir, image)
        assert len(ours) == len(theirs)
        compared += len(ours)
        assert np.abs(np.array(ours) - theirs).max() < 0.01
    assert compared > 60


def test_finds_the_subject_of_nearly_every_photo(yunet, lfw):
    assert sum(bool(yunet.detect(photo)) for photo in lfw) >= len(lfw) - 1


def test_large_pictures_are_answered_in_their_own_pixels(yunet, lfw):
    small = yunet.detect(lfw[0])[0]
    large = yunet.detect(cv2.resize(lfw[0], (2000, 2000), interpolation=cv2.INTER_CUBIC))[0]
    assert np.abs(large.landmarks / 8 - small.landmarks).max() < 6


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (31, 33), (700, 20)])
def test_pictures_without_a_face_have_none(yunet, shape):
    assert yunet.detect(np.full((*shape, 3), 90, dtype=np.uint8)) == []


def test_mirrored_view_of_memory_is_accepted(yunet, lfw):
    assert len(yunet.detect(lfw[0][:, ::-1])) == len(yunet.detect(lfw[0]))
