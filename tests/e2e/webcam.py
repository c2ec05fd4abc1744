"""A recorded webcam for Chromium: pictures of a person who moves a little, as people do."""

import math
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps

WIDTH, HEIGHT = 640, 480
FRAMES_PER_SECOND = 15
FRAMES_PER_PICTURE = 15
SWAY_PX = 6
SWAYING_SIZE = (WIDTH + 2 * SWAY_PX, HEIGHT + 2 * SWAY_PX)


def record(pictures: Sequence[Path], film: Path, *, posing: bool = False) -> Path:
    """Write a Motion JPEG film, 640×480: Chromium's --use-file-for-fake-video-capture plays it in a loop.

    Each picture stays for a second. It sways by a few pixels and carries sensor noise, so that no two frames
    are the same and a kiosk that watches for a frozen camera sees a live one.

    :param posing: the person stands farther back, the whole picture being seen, and nearly still.
    """
    frames = _frames(pictures, posing=posing)
    return _encode(frames, film, "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "3")


def record_raw(picture: Path, film: Path) -> Path:
    """Write a second of one picture as YUV4MPEG2, uncompressed: two such films are equally long."""
    return _encode(_frames([picture], posing=False), film, "-pix_fmt", "yuv420p")


def _frames(pictures: Sequence[Path], *, posing: bool) -> list[bytes]:
    sway = 1 if posing else SWAY_PX
    frame_picture = _standing_back if posing else _close
    noise = np.random.default_rng(seed=0)
    frames = []
    for picture in pictures:
        wide = frame_picture(picture)
        for number in range(FRAMES_PER_PICTURE):
            turn = 2 * math.pi * number / FRAMES_PER_PICTURE
            left = SWAY_PX + round(sway * math.sin(turn))
            top = SWAY_PX + round(sway * math.cos(turn))
            frame = np.asarray(wide.crop((left, top, left + WIDTH, top + HEIGHT)), dtype=np.int16)
            frame = frame + noise.integers(-2, 3, frame.shape, dtype=np.int16)
            frames.append(frame.clip(0, 255).astype(np.uint8).tobytes())
    return frames


def _encode(frames: Sequence[bytes], film: Path, *how: str) -> Path:
    command = ["ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pixel_format", "rgb24"]
    command += ["-video_size", f"{WIDTH}x{HEIGHT}", "-framerate", str(FRAMES_PER_SECOND), "-i", "pipe:0"]
    kind = "mjpeg" if film.suffix == ".mjpeg" else "yuv4mpegpipe"
    subprocess.run([*command, *how, "-f", kind, str(film)], input=b"".join(frames), check=True)
    return film


def _close(picture: Path) -> Image.Image:
    """Head and shoulders fill the camera's picture; with room around to sway."""
    with Image.open(picture) as file:
        image = file.convert("RGB")
    return ImageOps.fit(image, SWAYING_SIZE, Image.Resampling.LANCZOS, centering=(0.5, 0.36))


def _standing_back(picture: Path) -> Image.Image:
    """The whole picture before its own blurred backdrop; with room around to sway."""
    with Image.open(picture) as file:
        image = file.convert("RGB")
    canvas = image.resize(SWAYING_SIZE, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(24))
    inner = ImageOps.contain(image, SWAYING_SIZE, Image.Resampling.LANCZOS)
    canvas.paste(inner, ((SWAYING_SIZE[0] - inner.width) // 2, (SWAYING_SIZE[1] - inner.height) // 2))
    return canvas
