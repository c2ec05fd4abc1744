"""Evidence that a person is there: heads that turn, and pictures that are moved."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks import presentation
from benchmarks.presentation import Pose, Scene
from recognition.bodies import Body, face_is_on
from recognition.detection import Face
from recognition.engine import FaceEngine
from recognition.liveness import Verdict, judge, parallax
from recognition.planar import planar_fit
from recognition.quality import _HEAD

CAMERA_AWAY_MM = 800.0


def seen(yaw: float, *, flat: bool = False) -> np.ndarray:
    """Landmarks of a mean head, or of its picture, turned to the image's right before a pinhole camera."""
    points = _HEAD * [1, 1, 0 if flat else 1]
    angle = np.radians(yaw)
    turned = points @ np.array(
        [[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]]
    )
    return (turned[:, :2] / (CAMERA_AWAY_MM - turned[:, 2:]) * 600).astype(np.float32) + 200


@pytest.mark.parametrize("yaw", [-60, -30, 15, 45, 70])
def test_the_nose_of_a_flat_picture_stays_where_its_plane_is(yaw: float) -> None:
    assert parallax(seen(0, flat=True), seen(yaw, flat=True)) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("yaw", [-35, -20, 20, 35])
def test_the_nose_of_a_head_moves_against_the_plane(yaw: float) -> None:
    moved = parallax(seen(0), seen(yaw))
    assert np.sign(moved) == np.sign(yaw)
    assert abs(moved) > 0.12


def test_points_on_a_line_fix_no_plane() -> None:
    line = np.float32([[0, 0], [10, 0], [5, 0], [2, 0], [8, 0]])
    assert parallax(line, seen(20)) == 0.0


@pytest.fixture(scope="module")
def portrait(demo_people: Path) -> np.ndarray:
    """A synthetic person who looks ahead, 320 pixels high."""
    picture = cv2.imread(str(demo_people / "mira" / "enrol" / "01.jpg"))[..., ::-1]
    return cv2.resize(
        picture, (320 * picture.shape[1] // picture.shape[0], 320), interpolation=cv2.INTER_AREA
    )


@pytest.fixture(scope="module")
def turned(engine: FaceEngine, portrait: np.ndarray) -> np.ndarray:
    """The same head turned to the picture's right, which is its own left."""
    landmarks = engine.detector.detect(portrait)[0].landmarks
    return presentation.turned_by_relief(portrait, landmarks, 38)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def room(random: np.random.Generator) -> np.ndarray:
    return random.integers(60, 70, (480, 640, 3)).astype(np.uint8)


def verdict(engine: FaceEngine, scene: Scene, side: str) -> Verdict:
    burst, asked = ([engine.subject(frame) for frame in frames] for frames in (scene.burst, scene.asked))
    return judge(burst, asked, side, engine.embed)  # type: ignore[arg-type]


def test_a_head_that_turns_as_asked_is_live_and_the_other_way_is_not(engine, portrait, turned, room, random):
    scene = presentation.turning(portrait, portrait, turned, room, random)
    found = verdict(engine, scene, "left")
    assert found.problem is None, found
    assert verdict(engine, scene, "right").problem == "wrong_way"


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_picture_that_does_not_turn_is_refused(engine, portrait, room, random, side):
    scene = presentation.flat(portrait, presentation.still, room, random)
    assert verdict(engine, scene, side).problem == "no_turn"


def test_one_frame_of_a_turn_is_not_enough(engine, portrait, turned, room, random):
    scene = presentation.turning(portrait, portrait, turned, room, random)
    once = Scene(scene.burst, [*scene.burst[:4], scene.asked[-1]])
    assert verdict(engine, once, "left").problem == "no_turn"


def test_pixels_tell_a_picture_held_aslant_from_a_head_that_turned(engine, portrait, turned, room, random):
    frames = [
        presentation.photographed(presentation.shown(turned, Pose(yaw=yaw), room), random) for yaw in (0, 25)
    ]
    scene = presentation.turning(portrait, portrait, turned, room, random)
    first, second = (engine.subject(frame) for frame in frames)
    assert planar_fit(first.image, first.face, second.image, second.face) > 0.97
    ahead, aside = engine.subject(scene.burst[0]), engine.subject(scene.asked[-1])
    assert planar_fit(ahead.image, ahead.face, aside.image, aside.face) < 0.97


def test_somebody_elses_turn_is_another_face(engine, portrait, demo_people, room, random):
    other = cv2.imread(str(demo_people / "omar" / "enrol" / "01.jpg"))[..., ::-1]
    other = cv2.resize(other, (portrait.shape[1], portrait.shape[0]), interpolation=cv2.INTER_AREA)
    aside = presentation.turned_by_relief(other, engine.detector.detect(other)[0].landmarks, 38)
    scene = presentation.turning(portrait, other, aside, room, random)
    assert verdict(engine, scene, "left").problem == "another_face"


def test_without_a_face_there_is_no_evidence(engine, portrait, room, random):
    scene = presentation.turning(portrait, portrait, portrait, room, random)
    assert verdict(engine, Scene(scene.burst, [room] * 8), "left").problem == "face_lost"
    assert verdict(engine, Scene([room] * 4, scene.asked), "left").problem == "face_lost"


class TestBodies:
    shape = (480, 640, 3)

    def face(self, x: float = 320, y: float = 200, unit: float = 40) -> Face:
        """Eyes to mouth is `unit` pixels; the nose lies at x, y."""
        points = np.float32([[-0.5, -0.5], [0.5, -0.5], [0, 0], [-0.4, 0.5], [0.4, 0.5]]) * unit + [x, y]
        return Face((x - 1.1 * unit, y - 1.5 * unit, 2.2 * unit, 2.9 * unit), points.astype(np.float32), 0.9)

    body = Body((0.5, 200 / 480, 0.9), (0.64, 0.65, 0.9), (0.36, 0.65, 0.9))

    def test_a_face_on_its_shoulders_is_on_the_body(self):
        assert face_is_on(self.body, self.face(), self.shape)

    @pytest.mark.parametrize(
        "face",
        [{"x": 470}, {"y": 400}, {"unit": 15}, {"unit": 110}],
        ids=["aside", "below", "small", "large"],
    )
    def test_a_face_elsewhere_or_of_another_size_is_not(self, face):
        assert not face_is_on(self.body, self.face(**face), self.shape)

    def test_only_nine_numbers_of_which_all_points_are_sure_are_a_body(self):
        good = [0.5, 0.4, 0.9, 0.6, 0.6, 0.9, 0.4, 0.6, 0.9]
        assert Body.read(good) is not None
        for bad in (
            None,
            {},
            good[:8],
            [*good[:8], 0.1],
            [*good[:8], "1"],
            [*good[:8], float("nan")],
            [True] * 9,
            [*good[:3], 0.999, *good[4:]],
        ):
            assert Body.read(bad) is None
