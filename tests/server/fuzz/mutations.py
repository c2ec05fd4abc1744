"""Bends bytes and words the way fuzzers do, the same way for the same seed."""

import random
import struct

BORDERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "NaN",
    "٣",
    "²",
    "9" * 30,
    "null",
    "true",
    "[]",
    "{}",
    "\0",
    "a\0b",
    "\r\nSet-Cookie: x=1",
    "﻿",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "김철수",
    "🙂" * 70,
    "‮abc",
    "x" * 20_000,
    "../../../../etc/passwd",
    "C:\\boot.ini",
    "' OR 1=1 --",
    "{{7*7}}%s%n",
    "<script>alert(1)</script>",
    "=1+1",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59.999999+14:00",
    "0001-01-01T00:00:00-23:59",
    "2026-02-30",
    "24:60",
    "00:00",
    "Asia/Seoul",
    "../Seoul",
    "a@b",
    "http://[",
    "https://127.0.0.1:1/x",
    "ko",
    "*",
)
"""What people, programs and intruders write into a field."""


def bent(data: bytes, chance: random.Random, pieces: tuple[bytes, ...] = ()) -> bytes:
    """The bytes after one to eight changes; `pieces` are what else may be spliced in."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        chance.choice(_CHANGES)(changed, chance, pieces)
    return bytes(changed)


def word(chance: random.Random, usual: str = "") -> str:
    """A word for a field: one of WORDS, or the usual one with a change in it."""
    if not usual or chance.random() < 0.7:
        return chance.choice(WORDS)
    return bent(usual.encode(), chance).decode("utf-8", "replace")


def _place(changed: bytearray, chance: random.Random) -> int:
    """Half of the changes hit the head, where formats keep what they believe."""
    reach = len(changed) if chance.random() < 0.5 else min(len(changed), 128)
    return chance.randrange(reach + 1)


def _flip(changed: bytearray, chance: random.Random, _: tuple[bytes, ...]) -> None:
    if changed:
        changed[_place(changed, chance) % len(changed)] ^= 1 << chance.randrange(8)


def _set(changed: bytearray, chance: random.Random, _: tuple[bytes, ...]) -> None:
    if changed:
        changed[_place(changed, chance) % len(changed)] = chance.randrange(256)


def _number(changed: bytearray, chance: random.Random, _: tuple[bytes, ...]) -> None:
    at, order = _place(changed, chance), chance.choice("<>")
    size = chance.choice("BHI")
    limit = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF}[size]
    number = struct.pack(order + size, chance.choice(BORDERS) & limit)
    changed[at : at + len(number)] = number


def _cut(changed: bytearray, chance: random.Random, _: tuple[bytes, ...]) -> None:
    del changed[_place(changed, chance) :]


def _remove(changed: bytearray, chance: random.Random, _: tuple[bytes, ...]) -> None:
    at = _place(changed, chance)
    del changed[at : at + chance.choice((1, 4, 64, 4096))]


def _double(changed: bytearray, chance: random.Random, _: tuple[bytes, ...]) -> None:
    at = _place(changed, chance)
    piece = changed[at : at + chance.choice((1, 16, 1024))]
    changed[at:at] = piece * chance.choice((1, 2, 50))


def _insert(changed: bytearray, chance: random.Random, pieces: tuple[bytes, ...]) -> None:
    at = _place(changed, chance)
    changed[at:at] = chance.choice(pieces) if pieces else chance.choice(WORDS).encode()


def _append(changed: bytearray, chance: random.Random, _: tuple[bytes, ...]) -> None:
    changed += bytes(chance.choice((1, 1000, 100_000)))


_CHANGES = (_flip, _flip, _set, _set, _number, _number, _cut, _remove, _double, _insert, _append)
