"""A wide picture with many faces, and how long it takes to say who they all are."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from benchmarks.classic import ClassicStack
from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.roster_model import RosterModel

# Rows and columns of people for each number of faces; the picture is 1280 pixels wide.
LAYOUTS = {1: (1, 1), 5: (1, 5), 30: (5, 6)}
WIDTH, HEIGHT = 1280, 720


def compose(demo: Path, faces: int, engine: FaceEngine) -> bytes:
    """A 1280×720 JPEG of demo people side by side, each with some room around the face."""
    rows, columns = LAYOUTS[faces]
    size = (WIDTH // columns, HEIGHT // rows)
    picture = np.full((HEIGHT, WIDTH, 3), 127, np.uint8)
    shots = sorted(demo.glob("*/probe/*.jpg"), key=lambda path: (path.name, path.parent.parent.name))
    for place, path in enumerate(shots[:faces]):
        row, column = divmod(place, columns)
        picture[row * size[1] : (row + 1) * size[1], column * size[0] : (column + 1) * size[0]] = _portrait(
            decode_image(path.read_bytes()), engine, size
        )
    done, data = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise RuntimeError("OpenCV could not encode the picture as JPEG")
    return data.tobytes()


def _portrait(image: np.ndarray, engine: FaceEngine, size: tuple[int, int]) -> np.ndarray:
    """The largest face in a window of that width and height, its box half as high as the window."""
    x, y, width, height = engine.detector.detect(image)[0].box
    zoom = min(size[1] / 2 / height, size[0] / 1.6 / width)
    shift = np.array(size) / 2 - zoom * np.array([x + width / 2, y + height / 2])
    matrix = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
    return cv2.warpAffine(image, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


def run(
    demo: Path, engine: FaceEngine, model: RosterModel, classic: ClassicStack, repeats: int
) -> list[dict[str, Any]]:
    """Medians for each number of faces, the two stacks in turns."""
    rows = []
    for faces in LAYOUTS:
        data = compose(demo, faces, engine)
        ours, theirs = [], []
        for turn in tqdm(range(repeats + 1), desc=f"{faces} faces"):
            start = time.perf_counter()
            seen = engine.observe(decode_image(data))
            model.rank(np.stack([one.embedding for one in seen]))
            between = time.perf_counter()
            named = classic.identify_everybody(data)
            if turn:  # The first of each prepares things.
                ours.append(1000 * (between - start))
                theirs.append(1000 * (time.perf_counter() - between))
        rows.append(
            {
                "faces": faces,
                "found": len(seen),
                "found_classic": len(named),
                "ours_ms": median(ours),
                "classic_ms": median(theirs),
            }
        )
    return rows
