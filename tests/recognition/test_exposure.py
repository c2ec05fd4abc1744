"""Dark pictures get brighter, all others stay as they are."""

import numpy as np
import pytest

from recognition.exposure import DARK, lifted


def grey(level: int) -> np.ndarray:
    return np.full((64, 48, 3), level, dtype=np.uint8)


@pytest.mark.parametrize("level", [int(DARK), 80, 200, 255])
def test_ordinary_light_is_left_alone(level):
    image = grey(level)
    assert lifted(image) is image


@pytest.mark.parametrize("level", [8, 12, 24])
def test_dark_pictures_reach_a_middle_grey(level):
    assert 95 <= lifted(grey(level)).mean() <= 125


def test_gain_is_bounded():
    assert lifted(grey(1)).max() <= 16
    assert lifted(grey(0)).max() == 0


def test_level_of_a_face_decides_where_given():
    image = grey(200)
    image[:20, :20] = 10
    assert lifted(image, level=10.0)[0, 0, 0] > 90


def test_highlights_saturate_instead_of_wrapping():
    image = grey(2)
    image[0, 0] = 250
    assert lifted(image)[0, 0, 0] == 255
