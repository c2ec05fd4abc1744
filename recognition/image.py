"""From untrusted bytes to an RGB array, at a bounded cost."""

import io
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image, UnidentifiedImageError

from recognition.exceptions import ImageRejected
from recognition.stages import stage

_SIGNATURES = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF"}
_OTHER_SIGNATURES = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"%PDF", b"8BPS", b"\0\0\1\0", b"<svg", b"<?xml")

# A progressive JPEG can repeat cheap scans over the whole picture; cameras and browsers write about ten. the
# fuzzers of libjpeg-turbo stop at 500.
_MAX_JPEG_SCANS = 100

_ORIENTATION = 0x0112
# Exif orientation → how to turn the stored picture (Exif 2.32, 4.6.4 A).
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a picture may cost before it is refused.

    Attributes:
        max_bytes: length of the encoded file.
        max_pixels: width × height as the header states them, checked before a pixel is decoded.
        formats: accepted formats, by content: file names and declared types are not asked.
        long_side: larger pictures come back smaller by a whole factor, their long side still at least this,
            which keeps memory and time low without costing a face anything. None keeps every pixel.
    """

    max_bytes: int = 8 * 1024 * 1024
    max_pixels: int = 24_000_000
    formats: tuple[str, ...] = ("JPEG", "PNG", "WEBP")
    long_side: int | None = 1600


def decode_image(data: bytes, limits: ImageLimits | None = None) -> np.ndarray:
    """Decode a JPEG, PNG or WebP file.

    The orientation in the Exif data is applied, transparency is laid over white, grey, CMYK and 16-bit
    pictures become 8-bit RGB, and of an animation the first frame is taken.

    Args:
        data: the whole encoded file.
        limits: default `ImageLimits()`.

    Returns:
        uint8 RGB ``(H, W, 3)``, C-contiguous.

    Raises:
        ImageRejected: with the reason ``too_many_bytes``, ``not_an_image``, ``unsupported_format``,
            ``too_many_pixels`` or ``truncated``.
    """
    with stage("decode"):
        return _decoded(data, limits or ImageLimits())


def _decoded(data: bytes, limits: ImageLimits) -> np.ndarray:
    if len(data) > limits.max_bytes:
        raise ImageRejected(
            f"the file has {len(data)} bytes, more than {limits.max_bytes}", reason="too_many_bytes"
        )
    with _open(data, limits) as image:
        width, height = image.size
        if width * height > limits.max_pixels:
            raise _too_many_pixels(limits)
        try:
            return _to_rgb(image, limits)
        except (OSError, SyntaxError, ValueError, struct.error) as error:
            # Pillow's decoders report damaged content with any of these.
            raise ImageRejected(f"the picture is damaged or cut off ({error})", reason="truncated") from error


def _open(data: bytes, limits: ImageLimits) -> Image.Image:
    """The picture with its header read and no pixel decoded."""
    if data[:3] == b"\xff\xd8\xff" and data.count(b"\xff\xda") > _MAX_JPEG_SCANS:
        raise ImageRejected("the JPEG has too many scans", reason="unsupported_format")
    try:
        return Image.open(io.BytesIO(data), formats=limits.formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(limits) from error
    except UnidentifiedImageError as error:
        raise _unidentified(data, limits) from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise ImageRejected(f"the header is damaged or cut off ({error})", reason="truncated") from error


def _too_many_pixels(limits: ImageLimits) -> ImageRejected:
    return ImageRejected(f"more than {limits.max_pixels} pixels", reason="too_many_pixels")


def _unidentified(data: bytes, limits: ImageLimits) -> ImageRejected:
    accepted = ", ".join(limits.formats)
    if any(data.startswith(_SIGNATURES[name]) for name in limits.formats):
        return ImageRejected(f"not a whole {accepted} file", reason="truncated")
    others = (*_OTHER_SIGNATURES, *_SIGNATURES.values())
    if data.startswith(others) or data[4:8] == b"ftyp":
        return ImageRejected(f"only {accepted} pictures are accepted", reason="unsupported_format")
    return ImageRejected("the file is not a picture", reason="not_an_image")


def _to_rgb(image: Image.Image, limits: ImageLimits) -> np.ndarray:
    orientation = _orientation(image)
    factor = _factor(image, limits)
    if factor > 1:
        # JPEG can skip the work already while decoding (by 2, 4 or 8); what is left is averaged below.
        wanted = (image.width // factor, image.height // factor)
        if image.draft(None, wanted) is not None:
            factor = _factor(image, limits)
    image.load()
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image, dtype=np.int32).clip(0, 65535) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    if image.mode != "RGB":
        image = image.convert("RGB")
    if factor > 1:
        image = image.reduce(factor)
    if orientation in _TRANSPOSE:
        image = image.transpose(_TRANSPOSE[orientation])
    return np.array(image, dtype=np.uint8)


def _factor(image: Image.Image, limits: ImageLimits) -> int:
    """By how much the picture, as large as it is now, becomes smaller."""
    return max(1, max(image.size) // limits.long_side) if limits.long_side else 1


def _orientation(image: Image.Image) -> int:
    """The Exif orientation, 1 (upright) where there is none or the Exif data are nonsense."""
    try:
        orientation: int = image.getexif().get(_ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return 1
    return orientation
