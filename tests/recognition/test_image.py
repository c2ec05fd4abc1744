"""Decoding untrusted bytes: what is accepted comes out right, what is not costs little and says why."""

import io
import random
import struct
import subprocess
import sys
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from recognition.exceptions import ImageRejected
from recognition.image import ImageLimits, decode_image

RED, BLUE = (220, 30, 30), (30, 30, 220)


def encode(image: Image.Image, fmt: str = "JPEG", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, fmt, **options)
    return stream.getvalue()


def left_red_right_blue(width: int = 64, height: int = 32) -> Image.Image:
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int, body: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(body)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def reason_of(data: bytes, limits: ImageLimits | None = None) -> str:
    with pytest.raises(ImageRejected) as caught:
        decode_image(data, limits)
    return caught.value.reason


def outcome(data: bytes) -> str:
    try:
        decode_image(data)
    except ImageRejected as refusal:
        return refusal.reason
    return "decoded"


def near(pixel: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() < 30)


class TestAccepted:
    @pytest.mark.parametrize(("fmt", "options"), [("JPEG", {}), ("PNG", {}), ("WEBP", {"lossless": True})])
    def test_formats(self, fmt, options):
        pixels = decode_image(encode(left_red_right_blue(), fmt, **options))
        assert pixels.shape == (32, 64, 3)
        assert pixels.dtype == np.uint8
        assert pixels.flags.c_contiguous
        assert near(pixels[16, 8], RED)
        assert near(pixels[16, 56], BLUE)

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_exif_orientation_gives_the_upright_picture(self, orientation):
        upright = np.asarray(left_red_right_blue())
        stored = {
            1: lambda a: a,
            2: lambda a: a[:, ::-1],
            3: lambda a: a[::-1, ::-1],
            4: lambda a: a[::-1],
            5: lambda a: a.transpose(1, 0, 2),
            6: lambda a: np.rot90(a, 1),
            7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
            8: lambda a: np.rot90(a, -1),
        }[orientation](upright)
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = encode(Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif)
        assert np.array_equal(decode_image(data), upright)

    @pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "I;16"])
    def test_png_modes_become_rgb(self, mode):
        if mode == "I;16":
            image = Image.fromarray(np.full((32, 64), 51400, dtype=np.uint16))
        else:
            image = Image.new("RGB", (64, 32), (200, 200, 200)).convert(mode)
        pixels = decode_image(encode(image, "PNG"))
        assert pixels.shape == (32, 64, 3)
        assert abs(int(pixels.astype(int).mean()) - 200) < 8

    def test_cmyk_jpeg(self):
        pixels = decode_image(encode(Image.new("RGB", (64, 32), (200, 100, 50)).convert("CMYK")))
        assert near(pixels[16, 32], (200, 100, 50))

    @pytest.mark.parametrize("fmt", ["PNG", "WEBP"])
    def test_transparency_is_laid_over_white(self, fmt):
        assert decode_image(encode(Image.new("RGBA", (16, 16), (0, 0, 0, 0)), fmt)).min() > 250

    @pytest.mark.parametrize("fmt", ["PNG", "WEBP"])
    def test_first_frame_of_an_animation(self, fmt):
        frames = [Image.new("RGB", (32, 32), colour) for colour in (RED, BLUE)]
        data = encode(frames[0], fmt, save_all=True, append_images=frames[1:], lossless=True)
        assert near(decode_image(data)[16, 16], RED)

    def test_jpeg_with_a_second_picture_behind_it(self):
        data = encode(left_red_right_blue(), "MPO", save_all=True, append_images=[left_red_right_blue()])
        assert decode_image(data).shape == (32, 64, 3)

    @pytest.mark.parametrize(("fmt", "size"), [("JPEG", (4000, 3000)), ("PNG", (3400, 1000))])
    def test_large_pictures_come_back_smaller_by_a_whole_factor(self, fmt, size):
        pixels = decode_image(encode(left_red_right_blue(*size), fmt))
        assert pixels.shape == (size[1] // 2, size[0] // 2, 3)
        assert near(pixels[100, 100], RED)
        whole = decode_image(encode(left_red_right_blue(*size), fmt), ImageLimits(long_side=None))
        assert whole.shape == (size[1], size[0], 3)

    def test_nonsense_in_exif_does_not_matter(self):
        data = encode(left_red_right_blue(), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + b"\xff" * 20)
        assert decode_image(data).shape == (32, 64, 3)


class TestRefused:
    @pytest.mark.parametrize(
        "data", [b"", b"hello", bytes(1000), b"\xff\xd8", b"RI", b"<!doctype html><p>hi"]
    )
    def test_not_an_image(self, data):
        assert reason_of(data) == "not_an_image"

    @pytest.mark.parametrize("fmt", ["GIF", "BMP", "TIFF", "ICO", "PDF"])
    def test_other_formats(self, fmt):
        assert reason_of(encode(left_red_right_blue(), fmt)) == "unsupported_format"

    @pytest.mark.parametrize(
        "data", [b"\0\0\0\x18ftypheic" + bytes(50), b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
    )
    def test_formats_known_by_their_first_bytes(self, data):
        assert reason_of(data) == "unsupported_format"

    def test_accepted_formats_can_be_fewer(self):
        only_jpeg = ImageLimits(formats=("JPEG",))
        assert reason_of(encode(left_red_right_blue(), "PNG"), only_jpeg) == "unsupported_format"

    @pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
    def test_truncated(self, fmt, kept):
        noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
        data = encode(Image.fromarray(noise), fmt)
        assert reason_of(data[: int(len(data) * kept)]) == "truncated"

    def test_too_many_bytes(self):
        assert reason_of(bytes(101), ImageLimits(max_bytes=100)) == "too_many_bytes"

    @pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
    def test_too_many_pixels(self, fmt):
        assert (
            reason_of(encode(left_red_right_blue(), fmt), ImageLimits(max_pixels=2000)) == "too_many_pixels"
        )

    @pytest.mark.parametrize("side", [5_000, 10_000, 60_000])
    def test_bombs_are_refused_before_a_pixel_is_decoded(self, side):
        bomb = png_claiming(side, side, bytes(1_000_000))
        tracemalloc.start()
        try:
            assert reason_of(bomb) == "too_many_pixels"
            assert tracemalloc.get_traced_memory()[1] < 1_000_000
        finally:
            tracemalloc.stop()

    def test_jpeg_that_repeats_its_scans(self):
        data = encode(left_red_right_blue(), progressive=True)
        start = data.rindex(b"\xff\xda")
        assert reason_of(data[:-2] + data[start:-2] * 200 + b"\xff\xd9") == "unsupported_format"

    def test_compressed_text_that_swells(self):
        swelling = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9))
        data = encode(left_red_right_blue(), "PNG")
        data = data[:33] + swelling + data[33:]
        tracemalloc.start()
        try:
            assert reason_of(data) == "truncated"
            assert tracemalloc.get_traced_memory()[1] < 10_000_000
        finally:
            tracemalloc.stop()


# Pillow reports nonsense in Exif data as a warning.
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
def test_damage_is_always_answered_with_a_reason(fmt):
    chance = random.Random(1)
    exif = Image.Exif()
    exif[0x0112] = 6
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    whole = encode(Image.fromarray(noise), fmt, exif=exif)
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 3, 10])):
            data[chance.randrange(chance.choice([len(data), 100]))] = chance.randrange(256)
        assert outcome(bytes(data)) in {"decoded", "truncated", "not_an_image", "too_many_pixels"}


def test_memory_for_the_largest_accepted_picture_is_bounded(tmp_path):
    """A whole process that decodes 24 million pixels from 70 kB stays under 400 MB."""
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_claiming(6000, 4000, bytes(6000 * 4000 * 3 + 4000)))
    assert bomb.stat().st_size < 100_000
    script = (
        "import sys; from recognition.image import decode_image;"
        "shape = decode_image(open(sys.argv[1], 'rb').read()).shape;"
        # Not ru_maxrss, which a process inherits from the one that started it.
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(shape, int(peak.split()[1]) // 1024)"
    )
    answer = subprocess.run([sys.executable, "-c", script, bomb], capture_output=True, text=True, check=True)
    shape, _, megabytes = answer.stdout.strip().rpartition(" ")
    assert shape == "(1334, 2000, 3)"
    assert int(megabytes) < 400
