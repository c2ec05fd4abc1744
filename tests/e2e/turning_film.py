"""A recorded webcam of somebody who looks ahead, then turns the head; and of their photograph."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page

from benchmarks.presentation import turned_by_relief
from recognition.detection import Detector
from tests.e2e.kiosk_page import KioskPage
from tests.e2e.webcam import SWAYING_SIZE, record

FLAGGED, AHEAD, ASIDE = 2, 10, 8
"""Pictures, two a second. Who checks in at the flag turns while the kiosk waits for it."""
DEGREES = 40.0
FLAG = (40, 120)
"""Rows and columns in the picture's top left corner that are red in the first second, for the test to see."""
SECONDS_FOR_THE_FLAG = 15
SEES_THE_FLAG = """() => {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  context.drawImage(document.querySelector('#video'), 20, 20, 8, 8, 0, 0, 1, 1);
  const [red, green] = context.getImageData(0, 0, 1, 1).data;
  return red > 150 && green < 90;
}"""


@dataclass(frozen=True)
class Turning:
    """Makes films of synthetic people; the turn is rendered from one picture, with the relief of a head."""

    detector: Detector
    folder: Path

    def film(self, picture: Path, *, towards: str | None) -> Path:
        """Of somebody who turns to their "left" or "right"; None: of the picture itself, which only sways."""
        path = self.folder / f"{picture.parent.parent.name}-{towards}.mjpeg"
        if path.exists():
            return path
        degrees = {"left": DEGREES, "right": -DEGREES, None: 0.0}[towards]
        ahead = self._portrait(picture)
        aside = self._turned(ahead, degrees)
        scenes = [*[("flag", ahead)] * FLAGGED, *[("ahead", ahead)] * AHEAD, *[("aside", aside)] * ASIDE]
        return record([self._scene(path.stem, name, view) for name, view in scenes], path)

    def scenes(self, picture: Path) -> dict[str, Path]:
        """Pictures of somebody who looks "ahead", and of the same with the head turned "left" or "right"."""
        ahead = self._portrait(picture)
        degrees = {"ahead": 0.0, "left": DEGREES, "right": -DEGREES}
        return {
            name: self._scene(picture.parent.parent.name, name, self._turned(ahead, turn))
            for name, turn in degrees.items()
        }

    def _portrait(self, picture: Path) -> np.ndarray:
        image = cv2.imread(str(picture))
        height = SWAYING_SIZE[1] * 3 // 4
        return cv2.resize(image, (height * image.shape[1] // image.shape[0], height))

    def _turned(self, portrait: np.ndarray, degrees: float) -> np.ndarray:
        landmarks = self.detector.detect(np.ascontiguousarray(portrait[..., ::-1]))[0].landmarks
        return turned_by_relief(portrait, landmarks, degrees)

    def _scene(self, film: str, name: str, view: np.ndarray) -> Path:
        scene = np.full((SWAYING_SIZE[1], SWAYING_SIZE[0], 3), (96, 104, 108), dtype=np.uint8)
        left = (scene.shape[1] - view.shape[1]) // 2
        scene[-view.shape[0] :, left : left + view.shape[1]] = view
        if name == "flag":
            scene[: FLAG[0], : FLAG[1]] = (30, 30, 220)
        path = self.folder / f"{film}-{name}.png"
        cv2.imwrite(str(path), scene)
        return path


def check_in_at_the_flag(kiosk: KioskPage) -> None:
    """Check in when the person has just begun to look ahead."""
    kiosk.expect_state("waiting")
    kiosk.page.wait_for_function(SEES_THE_FLAG, timeout=SECONDS_FOR_THE_FLAG * 1000)
    kiosk.check_in()


def ask_for(page: Page, kind: str) -> None:
    """Of the challenges that the server draws, let the first of this kind through to the kiosk."""

    def draw(route) -> None:
        while (answer := route.fetch()).json()["challenge"]["kind"] != kind:
            pass
        route.fulfill(response=answer)

    page.unroute_all()
    page.route("**/api/v1/challenges", draw)
