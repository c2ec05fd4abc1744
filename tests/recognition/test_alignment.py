"""Crops: the landmarks land where the networks expect them, and borders are padded."""

import cv2
import numpy as np
import pytest

from recognition.alignment import ARCFACE_TEMPLATE, facenet_crop, sface_crop, similarity_transform
from recognition.detection import Face
from recognition.weights import SFACE


def test_similarity_transform_recovers_rotation_scale_and_shift():
    angle, scale, shift = np.radians(25), 2.5, np.array([12, -7])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = similarity_transform(ARCFACE_TEMPLATE, ARCFACE_TEMPLATE @ turn.T + shift)
    assert matrix == pytest.approx(np.c_[turn, shift], abs=1e-4)


def test_similarity_transform_never_mirrors():
    mirrored = ARCFACE_TEMPLATE * [-1, 1]
    assert np.linalg.det(similarity_transform(ARCFACE_TEMPLATE, mirrored)[:, :2]) > 0


def test_similarity_transform_of_one_point_is_finite():
    assert np.isfinite(similarity_transform(np.zeros((5, 2)), ARCFACE_TEMPLATE)).all()


def test_sface_crop_equals_opencv(yunet, weights_dir, lfw):
    recogniser = cv2.FaceRecognizerSF.create(str(weights_dir / SFACE), "")
    for image in lfw[:8]:
        face = yunet.detect(image)[0]
        row = np.r_[face.box, face.landmarks.ravel(), face.score].astype(np.float32)
        theirs = recogniser.alignCrop(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), row)[:, :, ::-1]
        assert np.abs(sface_crop(image, face).astype(int) - theirs).max() <= 2


def test_crops_have_their_sizes_wherever_the_face_lies(lfw):
    for x, y, side in [(-80.0, -90.0, 200.0), (200.0, 180.0, 300.0), (0.0, 0.0, 3.0), (40.0, 40.0, 5000.0)]:
        points = (ARCFACE_TEMPLATE / 112 * side + [x, y]).astype(np.float32)
        face = Face((x, y, side, side), points, 0.9)
        assert facenet_crop(lfw[0], face).shape == (160, 160, 3)
        assert sface_crop(lfw[0], face).shape == (112, 112, 3)


def test_facenet_crop_repeats_the_border_instead_of_inventing_black():
    image = np.full((100, 100, 3), 200, dtype=np.uint8)
    face = Face((-30.0, -30.0, 80.0, 80.0), (ARCFACE_TEMPLATE / 112 * 80 - 30).astype(np.float32), 0.9)
    assert facenet_crop(image, face).min() == 200


def test_both_detectors_lead_to_nearly_the_same_crop(engine, yunet, mtcnn, lfw):
    similarities = []
    for image in lfw[:12]:
        seen = [detector.detect(image) for detector in (yunet, mtcnn)]
        if all(seen):
            crops = np.stack([engine.embedder.crop(image, faces[0]) for faces in seen])
            a, b = engine.embedder.embed(crops)
            similarities.append(float(a @ b))
    assert len(similarities) >= 10
    assert np.median(similarities) > 0.9
