"""Boxes, overlaps and when two detectors mean the same face."""

import numpy as np
import pytest

from recognition.detection import Face, detectors_agree, iou, largest_first

POINTS = np.array([[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]], dtype=np.float32)


def face(x=10.0, y=10.0, width=80.0, height=100.0, points=POINTS) -> Face:
    return Face((x, y, width, height), points, 0.9)


def test_iou_of_equal_apart_and_half_covered_boxes():
    assert iou(face(), face()) == pytest.approx(1.0)
    assert iou(face(), face(x=500)) == 0.0
    assert iou(face(x=0, width=80), face(x=40, width=80)) == pytest.approx(1 / 3)


def test_order_is_by_area():
    small, large = face(width=10), face(width=200)
    assert largest_first([small, large]) == [large, small]


def test_moved_shifts_box_and_landmarks():
    moved = face().moved(5, -3)
    assert moved.box == (15.0, 7.0, 80.0, 100.0)
    assert np.array_equal(moved.landmarks, POINTS + [5, -3])


class TestDetectorsAgree:
    def test_boxes_of_different_taste_agree_when_landmarks_do(self):
        assert detectors_agree(face(), face(y=30, height=60, points=POINTS + 2))

    def test_landmarks_of_another_face_do_not(self):
        assert not detectors_agree(face(), face(points=POINTS + 30))

    def test_landmarks_upside_down_do_not(self):
        assert not detectors_agree(face(), face(points=POINTS[::-1]))

    def test_landmarks_in_one_point_do_not(self):
        assert not detectors_agree(face(points=np.zeros((5, 2), np.float32)), face())
