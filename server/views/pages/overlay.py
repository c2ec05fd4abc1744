"""Pictures with boxes drawn over them, inside the page: what was sent in is shown once and kept nowhere."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

Box = tuple[float, float, float, float]

_LONG_SIDE = 1280
_JPEG_QUALITY = 80


@dataclass(frozen=True)
class Shown:
    """A picture for a page: ``uri`` for an image, its size, and how much smaller than the original it is."""

    uri: str
    width: int
    height: int
    scale: float

    def box(self, box: Sequence[float]) -> Box:
        """A box of the original, ``(x, y, width, height)``, in the pixels shown."""
        x, y, width, height = (round(side * self.scale, 1) for side in box)
        return x, y, width, height


def shown(image: np.ndarray, long_side: int = _LONG_SIDE) -> Shown:
    """An RGB uint8 ``(H, W, 3)`` picture as a data URI, its long side at most this many pixels."""
    picture = Image.fromarray(image)
    scale = min(1.0, long_side / max(picture.size))
    if scale < 1.0:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=_JPEG_QUALITY)
    uri = f"data:image/jpeg;base64,{base64.b64encode(held.getvalue()).decode('ascii')}"
    return Shown(uri, picture.width, picture.height, scale)
