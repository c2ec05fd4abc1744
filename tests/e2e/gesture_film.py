"""A recorded webcam of somebody who makes gestures: real frames, cut to the upper body."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.e2e.webcam import HEIGHT, WIDTH, record

ACROSS = 320
"""Width of the cut, pixels of the frame: a kiosk sees the upper body, these frames show a room."""

FACES = {
    "IDLE": {"closer-62676614-853": (364, 66), "closer-0244b48e-0e8": (367, 57)},
    "CAPTURE": {"6a19d7b2-6b0": (346, 136), "9b646345-0d0": (346, 169)},
    "O": {"114b2d37-351": (353, 97), "8df60419-0d1": (398, 200)},
    "X": {"333e164a-c71": (392, 158), "5ef089ea-71a": (349, 106)},
}
"""Frames of one person, and where the middle of the face lies in each."""
FOR_ENROLMENT = {
    "CAPTURE": {"8cc7afba-0f8": (330, 152), "ae43ecc7-08b": (350, 128)},
    "X": {"5228597e-c3f": (360, 108), "1d8cd8bb-6e4": (378, 132)},
}
"""Other frames of the same person."""

MARK_PX = 48
MARKS = {"IDLE": (0, 0, 255), "CAPTURE": (255, 0, 0), "O": (0, 255, 0), "X": (255, 255, 0)}
"""Colours of the mark in a marked film, by gesture."""


def film(gestures: Path, scenes: Sequence[tuple[str, int]], path: Path) -> Path:
    """Write a film of scenes (gesture, seconds), which Chromium plays in a loop."""
    cuts = path.parent / f"{path.stem}-cuts"
    pictures: list[Path] = []
    for gesture, seconds in scenes:
        shown = cut_out(gestures, {gesture: FACES[gesture]}, cuts)
        pictures += [shown[second * len(shown) // seconds] for second in range(seconds)]
    return record(pictures, path)


def marked_film(gestures: Path, pictures_a_scene: int, path: Path) -> Path:
    """A film of all gestures, so many pictures each, with a mark in the corner that says which is shown."""
    cuts = path.parent / f"{path.stem}-cuts"
    pictures: list[Path] = []
    for gesture, colour in MARKS.items():
        shown = cut_out(gestures, {gesture: FACES[gesture] | FOR_ENROLMENT.get(gesture, {})}, cuts)
        for picture in shown:
            with Image.open(picture) as cut:
                cut.paste(colour, (0, 0, MARK_PX, MARK_PX))
                cut.save(picture, quality=95)
        pictures += [shown[number % len(shown)] for number in range(pictures_a_scene)]
    return record(pictures, path)


def cut_out(gestures: Path, faces: dict[str, dict[str, tuple[int, int]]], into: Path) -> list[Path]:
    """Write the cuts around these faces as JPEG files, 640×480, and give their paths."""
    into.mkdir(parents=True, exist_ok=True)
    height = ACROSS * HEIGHT // WIDTH
    paths = []
    for gesture, frames in faces.items():
        for name, (x, y) in frames.items():
            left, top = x - ACROSS // 2, y - height // 2
            path = into / f"{gesture}-{name}.jpg"
            with Image.open(gestures / gesture / f"{name}.jpg") as frame:
                cut = frame.convert("RGB").crop((left, top, left + ACROSS, top + height))
            cut.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(path, quality=95)
            paths.append(path)
    return paths
