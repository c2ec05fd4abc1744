"""Film scenes before a kiosk: people who turn their heads, and flat pictures that are moved about.

A scene is what a kiosk would send: a burst and the frames of the challenge, 640×480, with sensor noise and
JPEG. Flat pictures are seen through a pinhole camera, so that every way of holding one is a homography.
People are composed of real views of one person: photographs in which they happen to look ahead and aside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

WIDTH, HEIGHT = 640, 480
FOCAL = 600.0
"""Pixels: a camera that sees 56 degrees."""
BURST, ASKED = 4, 8
JPEG_QUALITY = 90
NOISE = 2.5
"""Standard deviation of a sensor's noise, grey levels."""
NOISES = 24


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Frames RGB uint8 ``(480, 640, 3)`` of a burst, and of a challenge."""

    burst: list[np.ndarray]
    asked: list[np.ndarray]


@dataclass(frozen=True, slots=True)
class Pose:
    """How a flat picture is held: degrees about the upright, the level and the viewing axis; place, distance.

    ``distance`` 1 shows the picture as large as it is, in pixels; ``x`` and ``y`` are pixels from the centre.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    x: float = 0.0
    y: float = 0.0
    distance: float = 1.0


Motion = Callable[[float, np.random.Generator], Pose]
"""From time (0 in the burst, 0..1 through the challenge) to a pose."""


def homography(pose: Pose, size: tuple[int, int]) -> np.ndarray:
    """Where a pinhole camera sees the points of a flat picture of ``size`` (width, height), held so."""
    yaw, pitch, roll = np.radians([pose.yaw, pose.pitch, pose.roll])
    turned = (
        np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        @ np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
        @ np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    )
    away = FOCAL * pose.distance
    place = np.array([pose.x * pose.distance, pose.y * pose.distance, away])
    plane = np.column_stack([turned[:, 0], turned[:, 1], place])
    camera = np.array([[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]])
    centred = np.array([[1, 0, -size[0] / 2], [0, 1, -size[1] / 2], [0, 0, 1]])
    return camera @ plane @ centred


def shown(picture: np.ndarray, pose: Pose, room: np.ndarray) -> np.ndarray:
    """A flat picture held before a room ``(480, 640, 3)``."""
    size = picture.shape[1], picture.shape[0]
    seen = homography(pose, size)
    whole = np.full(picture.shape[:2], 255, dtype=np.uint8)
    over = cv2.warpPerspective(picture, seen, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(whole, seen, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)[..., None] / 255.0
    return (over * mask + room * (1 - mask)).astype(np.uint8)


def photographed(frame: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The frame as a webcam and the kiosk's JPEG leave it."""
    noise = _noise()[random.integers(NOISES)]
    noisy = (cv2.GaussianBlur(frame, (3, 3), 0.6) + noise).clip(0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", noisy[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1].copy()


@cache
def _noise() -> np.ndarray:
    """Fields of sensor noise to choose from: making one takes longer than all else of a frame."""
    drawn = np.random.default_rng(0).normal(0, NOISE, (NOISES, HEIGHT, WIDTH, 3))
    return np.round(drawn).astype(np.int16)


def times() -> list[float]:
    """0 for the frames of a burst, then the challenge's."""
    return [0.0] * BURST + [(number + 1) / ASKED for number in range(ASKED)]


def flat(picture: np.ndarray, motion: Motion, room: np.ndarray, random: np.random.Generator) -> Scene:
    """A flat picture, moved."""
    frames = [photographed(shown(picture, motion(time, random), room), random) for time in times()]
    return Scene(frames[:BURST], frames[BURST:])


def bent(picture: np.ndarray, degrees: float, turn: float) -> np.ndarray:
    """A picture bent like a tube of which ``degrees`` are seen, and turned about its axis (orthographic)."""
    height, width = picture.shape[:2]
    half = np.radians(degrees) / 2
    radius = width / 2 / half
    # For each column of the result: which point of the tube is seen there.
    across = np.arange(width) - width / 2
    angle = np.arcsin(np.clip(across / radius, -1, 1)) - np.radians(turn)
    source = (angle * radius + width / 2).astype(np.float32)
    columns = np.tile(source, (height, 1))
    rows = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
    return cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def turning(
    before: np.ndarray,
    straight: np.ndarray,
    aside: np.ndarray,
    room: np.ndarray,
    random: np.random.Generator,
) -> Scene:
    """One view in the burst; then a second one, and from the middle of the challenge on a third, held."""
    frames = []
    for time in times():
        view = before if time == 0 else straight if time < 0.45 else aside
        frames.append(photographed(shown(view, sway(random), room), random))
    return Scene(frames[:BURST], frames[BURST:])


def tube(picture: np.ndarray, towards: float, room: np.ndarray, random: np.random.Generator) -> Scene:
    """A print bent like a tube, and turned about its upright axis."""
    degrees, turn = random.uniform(60, 170), towards * random.uniform(15, 50)
    frames = [
        photographed(shown(bent(picture, degrees, turn * _eased(time)), sway(random), room), random)
        for time in times()
    ]
    return Scene(frames[:BURST], frames[BURST:])


def phone(
    picture: np.ndarray, holders: Sequence[np.ndarray], towards: float, random: np.random.Generator
) -> Scene:
    """A phone with the picture on it, held before the chest or face of somebody, and turned."""
    holder = cv2.resize(holders[random.integers(len(holders))], (WIDTH, HEIGHT))
    width = random.uniform(110, 190)
    height, margin = round(width * 1.6), round(picture.shape[1] * 0.16)
    portrait = cv2.resize(picture[:, margin:-margin], (round(width), height), interpolation=cv2.INTER_AREA)
    edge = 5
    device = cv2.copyMakeBorder(
        portrait, edge * 2, edge * 2, edge, edge, cv2.BORDER_CONSTANT, value=(12, 12, 14)
    )
    motion = tilted(random, towards)
    return flat(device, motion, holder, random)


def sway(random: np.random.Generator, *, pixels: float = 4.0) -> Pose:
    """Nobody stands quite still."""
    x, y = random.normal(0, pixels, 2)
    return Pose(roll=random.normal(0, 1.0), x=x, y=y, distance=1 + random.normal(0, 0.01))


def still(_time: float, random: np.random.Generator) -> Pose:
    """On a stand."""
    return Pose(x=random.normal(0, 0.3), y=random.normal(0, 0.3))


def moved(random: np.random.Generator) -> Motion:
    """Carried aside, and leant."""
    x, y, roll = random.uniform(-140, 140), random.uniform(-60, 60), random.uniform(-35, 35)
    return lambda time, noise: _held(noise, roll=roll * time, x=x * time, y=y * time)


def zoomed(random: np.random.Generator) -> Motion:
    """Brought nearer or taken farther."""
    factor = random.choice([random.uniform(0.6, 0.85), random.uniform(1.2, 1.7)])
    return lambda time, noise: _held(noise, distance=1 + (factor - 1) * time)


def tilted(random: np.random.Generator, towards: float) -> Motion:
    """Turned about the upright axis as a head would be, and a little about the others."""
    yaw = towards * random.uniform(20, 68)
    pitch, roll = random.uniform(-20, 20, 2)
    return lambda time, noise: _held(
        noise, yaw=yaw * _eased(time), pitch=pitch * time, roll=roll * time * 0.5
    )


def nodded(random: np.random.Generator) -> Motion:
    """Turned about the level axis."""
    pitch, yaw = random.choice([-1, 1]) * random.uniform(20, 60), random.uniform(-15, 15)
    return lambda time, noise: _held(noise, pitch=pitch * _eased(time), yaw=yaw * time)


def room_of(pictures: Sequence[np.ndarray], random: np.random.Generator) -> np.ndarray:
    """A background: some picture, out of focus."""
    picture = pictures[random.integers(len(pictures))]
    return cv2.GaussianBlur(cv2.resize(picture, (WIDTH, HEIGHT)), (0, 0), 18)


def _eased(time: float) -> float:
    """There by the middle of the challenge, and held."""
    return min(1.0, time / 0.5)


def _held(
    random: np.random.Generator,
    *,
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    x: float = 0.0,
    y: float = 0.0,
    distance: float = 1.0,
) -> Pose:
    """By a hand, which trembles."""
    return Pose(
        yaw + random.normal(0, 0.8),
        pitch + random.normal(0, 0.8),
        roll + random.normal(0, 0.5),
        x + random.normal(0, 1.5),
        y + random.normal(0, 1.5),
        distance * (1 + random.normal(0, 0.005)),
    )


def turned_by_relief(picture: np.ndarray, landmarks: np.ndarray, degrees: float) -> np.ndarray:
    """A photograph as it would look with its head turned to the picture's right: rendered from a relief.

    The relief is a mean head's: an ellipsoid with a nose, sized by the eye-to-mouth distance (63 mm). The
    light stays as photographed, which makes this the hardest head to tell from a flat picture.
    """
    eyes, mouth = landmarks[:2].mean(axis=0), landmarks[3:].mean(axis=0)
    unit = float(np.hypot(*(mouth - eyes))) / 63.0
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    centre_x, centre_y = (eyes + mouth) / 2
    x, y = (columns - centre_x) / unit, (rows - centre_y) / unit
    nose_x, nose_y = (landmarks[2] - [centre_x, centre_y]) / unit
    inside = np.clip(1 - (x / 78) ** 2 - (y / 115) ** 2, 0, None)
    height = 85 * np.sqrt(inside) + 17 * np.exp(-(((x - nose_x) / 9) ** 2) - ((y - nose_y + 6) / 17) ** 2)
    height -= 85  # Turned about the front of the face: what does not stand out stays.
    radians = np.radians(degrees)
    source = x.copy()
    for _ in range(12):
        depth = cv2.remap(
            height.astype(np.float32),
            (source * unit + centre_x).astype(np.float32),
            rows,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        source = (x - depth * np.sin(radians)) / np.cos(radians)
    return cv2.remap(
        picture,
        (source * unit + centre_x).astype(np.float32),
        rows,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
