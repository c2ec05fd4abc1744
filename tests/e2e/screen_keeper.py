"""Keeps screenshots in docs/screens, small, and only touches those that look different from before."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page

QUALITY = 85
CELLS_ACROSS = 24
NOTICEABLE_IN_ALL = 2.0
NOTICEABLE_IN_A_CELL = 30.0
"""Differences of grey levels, averaged over all and over one cell. The date may change, a clock
tick, a camera be noisy. To take all of them anew, delete the folder first."""


@dataclass(frozen=True)
class ScreenKeeper:
    """Writes `<name>.<language>.webp` into a folder."""

    folder: Path

    def keep(
        self, page: Page, name: str, language: str, *, whole: bool = False, moving: str | None = None
    ) -> Path:
        """Take a picture of the screen or the whole page, and write it where it differs from the one kept.

        :param moving: selects a part that never looks the same twice; a difference there does not count.
        """
        page.evaluate("document.fonts.ready")
        shot = page.screenshot(animations="disabled", caret="hide", full_page=whole)
        taken = Image.open(io.BytesIO(shot)).convert("RGB")
        hidden = page.locator(moving).bounding_box() if moving else None
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.{language}.webp"
        if not path.exists() or looks_different(Image.open(path).convert("RGB"), taken, hidden):
            taken.save(path, quality=QUALITY, method=6)
        return path


def looks_different(kept: Image.Image, taken: Image.Image, hidden: dict[str, float] | None = None) -> bool:
    """Whether two screenshots differ by more than a clock's digits, a camera's noise or the coding.

    :param hidden: x, y, width and height of a part that is left out.
    """
    if kept.size != taken.size:
        return True
    cells = (CELLS_ACROSS, CELLS_ACROSS * kept.height // kept.width)
    grey = []
    for picture in (kept, taken):
        compared = picture.convert("L")
        if hidden:
            right, bottom = hidden["x"] + hidden["width"], hidden["y"] + hidden["height"]
            compared.paste(0, (round(hidden["x"]), round(hidden["y"]), round(right), round(bottom)))
        grey.append(np.asarray(compared.resize(cells, Image.Resampling.BOX), dtype=float))
    difference = np.abs(grey[0] - grey[1])
    return bool(difference.mean() > NOTICEABLE_IN_ALL or difference.max() > NOTICEABLE_IN_A_CELL)
