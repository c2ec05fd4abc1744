"""Light for pictures taken in the dark."""

import numpy as np

# Below this mean grey level (0..255) a gain helps, above it costs a little. Measured on darkened LFW photos
# with sensor noise: at a tenth of the light the median cosine between two photos of a person rises from .44
# to .67, at three tenths it stays at .71.
DARK = 25.0

_TARGET = 110.0
_LARGEST_GAIN = 16.0


def lifted(image: np.ndarray, level: float | None = None) -> np.ndarray:
    """The picture itself, or a brighter copy when it is dark.

    Args:
        image: RGB uint8 ``(H, W, 3)``.
        level: mean grey level of what matters in it (a face), default that of the whole picture.
    """
    if level is None:
        level = float(image[::8, ::8].mean())
    if level >= DARK:
        return image
    gain = min(_TARGET / max(level, 1.0), _LARGEST_GAIN)
    table = (np.arange(256) * gain).clip(0, 255).astype(np.uint8)
    lifted: np.ndarray = table[image]
    return lifted
