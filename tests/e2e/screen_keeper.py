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
        self, page: Page, name: str, language: str, *, whole: bool = False, moving: bool = False
    ) -> Path:
        """Take a picture of the screen or the whole page, and write it where it differs from the one kept.

        :param moving: never the same twice, so that it is written only where there is none.
        """
        page.evaluate("document.fonts.ready")
        shot = page.screenshot(animations="disabled", caret="hide", full_page=whole)
        taken = Image.open(io.BytesIO(shot)).convert("RGB")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.{language}.webp"
        if not path.exists() or (not moving and looks_different(Image.open(path).convert("RGB"), taken)):
            taken.save(path, quality=QUALITY, method=6)
        return path


def looks_different(kept: Image.Image, taken: Image.Image) -> bool:
    """Whether two screenshots differ by more than a clock's digits, a camera's noise or the coding."""
    if kept.size != taken.size:
        return True
    cells = (CELLS_ACROSS, CELLS_ACROSS * kept.height // kept.width)
    kept_cells, taken_cells = (
        np.asarray(picture.convert("L").resize(cells, Image.Resampling.BOX), dtype=float)
        for picture in (kept, taken)
    )
    difference = np.abs(kept_cells - taken_cells)
    return bool(difference.mean() > NOTICEABLE_IN_ALL or difference.max() > NOTICEABLE_IN_A_CELL)
