"""What somebody before a camera is told."""

from dataclasses import replace

import numpy as np
import pytest

from recognition.detection import Face
from recognition.engine import FaceEngine, Subject
from recognition.guidance import SHOTS, guide
from recognition.image import decode_image
from recognition.quality import Quality
from training.masks import with_mask

GOOD = Quality(
    size_px=180, sharpness=0.08, brightness=120, contrast=0.3, yaw=0, pitch=4, roll=0, detection=0.95
)
MIDDLE = (230.0, 120.0, 180.0, 240.0)


class Bare:
    """Stands in for the engine where the face is not covered; the real one is asked below."""

    class mask_detector:
        @staticmethod
        def probability(_image, _face):
            return 0.0


def hint(shot="front", box=MIDDLE, straight=(0.0, 4.0), **quality):
    face = Face(box, np.zeros((5, 2), np.float32), 0.95)
    subject = Subject(np.zeros((480, 640, 3), np.uint8), face, replace(GOOD, **quality))
    return guide(subject, shot, Bare, straight).hint


def test_a_good_face_that_looks_ahead_fits_every_shot_but_the_turned_ones():
    assert [hint(shot) for shot in SHOTS] == ["ready", "ready", "ready", "turn_left", "turn_right"]


def test_nobody_and_too_many():
    assert guide("no_face", "front", Bare).hint == "no_face"
    assert guide("several_faces", "front", Bare).hint == "several_faces"
    assert guide("no_face", "front", Bare).box is None


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((280, 190, 80, 100), "come_closer"),
        ((100, 5, 350, 465), "move_back"),
        ((440, 120, 180, 240), "move_right"),
        ((10, 120, 180, 240), "move_left"),
        ((230, 240, 180, 239), "move_up"),
        ((230, -20, 180, 220), "move_down"),
    ],
)
def test_where_to_stand(box, said):
    """Sides as the person has them: who is too far to the picture's right goes to their own right."""
    assert hint(box=box) == said


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        ({"brightness": 12}, "more_light"),
        ({"contrast": 0.02}, "more_light"),
        ({"brightness": 245}, "less_light"),
        ({"roll": 30}, "straighten_head"),
        ({"yaw": 25}, "look_ahead"),
        ({"pitch": 33}, "chin_up"),
        ({"pitch": -33}, "chin_down"),
        ({"sharpness": 0.004}, "hold_still"),
    ],
)
def test_what_is_wrong_with_a_face_that_looks_ahead(quality, said):
    assert hint(**quality) == said


@pytest.mark.parametrize(
    ("yaw", "pitch", "left", "right"),
    [
        (20, 16, "ready", "turn_right"),
        (-20, 16, "turn_left", "ready"),
        (20, 5, "chin_down", "turn_right"),
        (48, 16, "turn_less", "turn_right"),
        (20, 36, "chin_up", "turn_right"),
    ],
)
def test_the_turned_shots(yaw, pitch, left, right):
    assert hint("down_left", yaw=yaw, pitch=pitch) == left
    assert hint("down_right", yaw=yaw, pitch=pitch) == right


def test_they_are_measured_against_the_persons_own_straight_look():
    """Five points put the straight look of some heads 15° too low."""
    assert hint("down_left", yaw=20, pitch=18, straight=(0, 16)) == "chin_down"
    assert hint("down_left", yaw=20, pitch=24, straight=(0, 16)) == "ready"


def test_people_who_look_at_the_camera_are_told_so(weights_dir, demo_people):
    engine = FaceEngine.load(weights_dir, threads=2)
    pictures = [demo_people / person / "enrol" / "03.jpg" for person in ("kai", "dana", "sol", "nuri", "leo")]
    said = [guide(engine.subject(decode_image(path.read_bytes())), "front", engine).hint for path in pictures]
    assert said == ["ready"] * len(pictures)
    covered = decode_image(pictures[0].read_bytes())
    covered = with_mask(covered, engine.subject(covered).face, np.random.default_rng(1))
    assert guide(engine.subject(covered), "front", engine).hint == "uncover_face"
