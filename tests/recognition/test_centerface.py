"""CenterFace: the faces that YuNet sees too, with landmarks in their places, in pictures of any size."""

import cv2
import numpy as np
import pytest

from recognition.centerface import CenterFace
from recognition.detection import iou
from recognition.weights import CENTERFACE


@pytest.fixture(scope="module")
def centerface(weights_dir) -> CenterFace:
    return CenterFace(weights_dir / CENTERFACE, score_threshold=0.4)


def test_finds_whom_yunet_finds(centerface, yunet, classroom):
    of_yunet = [(image, face) for image in classroom for face in yunet.detect(image) if face.score > 0.85]
    found = [any(iou(face, one) > 0.5 for one in centerface.detect(image)) for image, face in of_yunet]
    assert len(found) > 20
    assert sum(found) >= 0.95 * len(found)


def test_landmarks_lie_where_yunet_sees_them(centerface, yunet, lfw):
    apart = []
    for photo in lfw[:20]:
        portrait = cv2.resize(photo, (640, 640), interpolation=cv2.INTER_CUBIC)
        ours, theirs = centerface.detect(portrait), yunet.detect(portrait)
        if ours and theirs:
            apart.append(np.abs(ours[0].landmarks - theirs[0].landmarks).max() / theirs[0].box[2])
    assert len(apart) >= 18
    assert np.median(apart) < 0.08


def test_a_face_stays_where_it_is_when_the_picture_grows_at_the_right(centerface, lfw):
    (alone, *_) = centerface.detect(lfw[0])
    (beside, *_) = centerface.detect(cv2.copyMakeBorder(lfw[0], 0, 45, 0, 70, cv2.BORDER_CONSTANT))
    assert np.abs(np.array(alone.box) - beside.box).max() < 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 1500), (1500, 1), (31, 33), (700, 20)])
def test_pictures_without_a_face_have_none(centerface, shape):
    assert centerface.detect(np.full((*shape, 3), 90, dtype=np.uint8)) == []
