"""Scenes before a kiosk: the geometry of pictures that are held, bent and turned."""

import cv2
import numpy as np
import pytest

from benchmarks import presentation
from benchmarks.presentation import HEIGHT, WIDTH, Pose, homography, turned_by_relief

SIZE = (200, 260)
MIDDLE = (WIDTH / 2, HEIGHT / 2)


def seen(points: list[tuple[float, float]], pose: Pose) -> np.ndarray:
    return cv2.perspectiveTransform(np.float32([points]), homography(pose, SIZE).astype(np.float32))[0]


def test_a_picture_held_straight_is_as_large_as_it_is_and_in_the_middle() -> None:
    corners = seen([(0, 0), (200, 260)], Pose())
    assert corners == pytest.approx(np.array([[220, 110], [420, 370]]), abs=0.01)


def test_aslant_it_is_narrower_and_one_edge_is_nearer() -> None:
    left_top, left_bottom, right_top, right_bottom = seen(
        [(0, 0), (0, 260), (200, 0), (200, 260)], Pose(yaw=45)
    )
    assert right_top[0] - left_top[0] < 200 * 0.8
    heights = left_bottom[1] - left_top[1], right_bottom[1] - right_top[1]
    assert max(heights) > min(heights) * 1.1


def test_farther_it_is_smaller_and_stays_in_place() -> None:
    assert seen([(100, 130)], Pose(distance=2))[0] == pytest.approx(MIDDLE)
    (left, right) = seen([(0, 130), (200, 130)], Pose(distance=2))
    assert right[0] - left[0] == pytest.approx(100, abs=0.01)


def test_a_relief_turns_the_nose_and_leaves_the_rest_and_not_at_all_at_zero() -> None:
    picture = np.zeros((300, 240, 3), dtype=np.uint8)
    points = np.float32([[95, 120], [145, 120], [120, 145], [100, 170], [140, 170]])
    for x, y in points.astype(int):
        cv2.circle(picture, (int(x), int(y)), 3, (255, 255, 255), -1)
    assert np.abs(turned_by_relief(picture, points, 0).astype(int) - picture).max() <= 1

    turned = turned_by_relief(picture, points, 25)[..., 0]

    def column(rows: slice) -> float:
        band = turned[rows].astype(float).sum(axis=0)
        return float((band * np.arange(len(band))).sum() / band.sum())

    eyes, nose, mouth = column(slice(114, 127)), column(slice(139, 152)), column(slice(164, 177))
    assert nose - (eyes + mouth) / 2 > 4, "the nose stands out, and goes where the head turns to"


def test_a_scene_is_a_burst_and_the_frames_after_it() -> None:
    random = np.random.default_rng(0)
    room = np.full((HEIGHT, WIDTH, 3), 80, dtype=np.uint8)
    picture = np.full((260, 200, 3), 200, dtype=np.uint8)
    scene = presentation.flat(picture, presentation.zoomed(random), room, random)
    assert [len(scene.burst), len(scene.asked)] == [presentation.BURST, presentation.ASKED]
    bright = [(frame.mean(axis=2) > 140).mean() for frame in (scene.burst[0], scene.asked[-1])]
    assert abs(bright[1] / bright[0] - 1) > 0.2, (
        "a picture that is brought nearer or farther changes its size"
    )
