"""What the degraded pictures are: darker, blurred, smaller, as their names say."""

import numpy as np
import pytest

from benchmarks.degraded import CONDITIONS

IMAGE = np.random.default_rng(0).integers(40, 200, (250, 250, 3), dtype=np.uint8)


def degraded(name: str) -> np.ndarray:
    return CONDITIONS[name](IMAGE, np.random.default_rng(1))


@pytest.mark.parametrize(("name", "gain"), [("light × 0.25", 0.25), ("light × 0.1", 0.1)])
def test_darkness_takes_its_share_of_the_light(name, gain):
    assert degraded(name).mean() == pytest.approx(gain * IMAGE.mean(), rel=0.05)


def test_overexposure_burns_out():
    assert (degraded("over-exposed × 2.5") == 255).mean() > 0.5


def test_light_from_the_side_falls_on_one_side():
    columns = degraded("side light").mean(axis=(0, 2))
    assert max(columns[:50].mean(), columns[-50:].mean()) > 5 * min(columns[:50].mean(), columns[-50:].mean())


def test_motion_blur_takes_details_away_and_no_light():
    blurred = degraded("motion blur, 15 px")
    assert blurred.mean() == pytest.approx(IMAGE.mean(), rel=0.02)
    assert blurred.std() < 0.5 * IMAGE.std()


def test_faces_shrink_to_their_size():
    assert degraded("face 40 px").shape == (105, 105, 3)
