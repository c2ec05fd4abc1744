"""A small class of people who do not exist, as a folder of photos, and what one fit made of it."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.engine import FaceEngine
from training.fitting import FitOptions, FitResult, fit_photos
from training.photos import CheckedPhotos, check_folder

STUDENTS = ("asha", "kai", "mira", "omar")
OPTIONS = FitOptions(augment=2, seed=5)


@pytest.fixture(scope="session")
def engine(weights_dir) -> FaceEngine:
    return FaceEngine.load(weights_dir, streams=2)


@pytest.fixture(scope="session")
def class_folder(demo_people, tmp_path_factory) -> Path:
    """Four students with their enrolment photos, and what else turns up in such folders."""
    folder = tmp_path_factory.mktemp("class")
    for name in STUDENTS:
        shutil.copytree(demo_people / name / "enrol", folder / name)
    shutil.copy(folder / "kai" / "01.jpg", folder / "kai" / "again.jpg")
    (folder / "kai" / "broken.jpg").write_bytes((folder / "kai" / "02.jpg").read_bytes()[:2000])
    (folder / "kai" / "notes.txt").write_text("not a photo")
    cv2.imwrite(str(folder / "mira" / "wall.png"), np.full((480, 640, 3), 200, np.uint8))
    omar = cv2.imread(str(folder / "omar" / "03.jpg"))
    cv2.imwrite(str(folder / "omar" / "with-brother.jpg"), np.hstack([omar, omar[:, ::-1]]))
    (folder / ".thumbnails").mkdir()
    return folder


@pytest.fixture(scope="session")
def checked(class_folder, engine) -> CheckedPhotos:
    return check_folder(class_folder, engine)


@pytest.fixture(scope="session")
def fitted(checked, engine) -> FitResult:
    return fit_photos(checked, engine, OPTIONS)
