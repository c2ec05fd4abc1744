"""Real photos and real networks for the tests of this package."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.mtcnn_lean import MTCNN
from recognition.weights import YUNET
from recognition.yunet import YuNet

Photos = list[np.ndarray]


def read(path: Path) -> np.ndarray:
    return decode_image(path.read_bytes())


@pytest.fixture(scope="session")
def engine(weights_dir) -> FaceEngine:
    return FaceEngine.load(weights_dir)


@pytest.fixture(scope="session")
def yunet(weights_dir) -> YuNet:
    return YuNet(weights_dir / YUNET)


@pytest.fixture(scope="session")
def mtcnn(weights_dir) -> MTCNN:
    return MTCNN(weights_dir)


@pytest.fixture(scope="session")
def lfw(shared_data) -> Photos:
    """40 photos of different people, 250×250."""
    people = sorted(folder for folder in (shared_data / "lfw").iterdir() if folder.is_dir())
    return [read(min(person.iterdir())) for person in people[:: len(people) // 40][:40]]


@pytest.fixture(scope="session")
def celeb5(shared_data) -> dict[str, Photos]:
    """The 25 validation photos of the tutorial's five people, by person."""
    return {
        person.name: [read(path) for path in sorted(person.iterdir())]
        for person in sorted((shared_data / "celeb5" / "val").iterdir())
    }


@pytest.fixture(scope="session")
def classroom(shared_data) -> Photos:
    """Ten wide pictures with many faces, long side 640."""
    photos = [read(path) for path in sorted((shared_data / "classroom").glob("*.jpg"))[:10]]
    scales = [640 / max(photo.shape[:2]) for photo in photos]
    return [
        cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for photo, scale in zip(photos, scales, strict=True)
    ]


@pytest.fixture(scope="session")
def kiosk_frame() -> Callable[[np.ndarray], np.ndarray]:
    """Puts a square photo into a 640×480 frame, as a webcam would show that person."""

    def frame(photo: np.ndarray) -> np.ndarray:
        square = cv2.resize(photo, (480, 480), interpolation=cv2.INTER_CUBIC)
        return cv2.copyMakeBorder(square, 0, 0, 80, 80, cv2.BORDER_REPLICATE)

    return frame
