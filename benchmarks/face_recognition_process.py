"""The face_recognition package in a process of its own: it needs other packages than this project."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

SCRIPT = Path(__file__).with_name("face_recognition_peer.py")


class PeerFailed(Exception):
    """The process ended before it answered."""


class FaceRecognition:
    """Answers one picture at a time (a context manager).

    Args:
        python: an interpreter that has the package.
    """

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, "-W", "ignore", str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> FaceRecognition:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def embed(self, picture: Path) -> tuple[np.ndarray | None, float]:
        """``(128,)`` of the face nearest to the middle, None without one, and the milliseconds it took.

        Raises:
            PeerFailed
        """
        answer = self._answer(picture)
        vector = answer["vector"]
        return None if vector is None else np.array(vector, np.float32), answer["milliseconds"]

    def locate(self, picture: Path) -> list[tuple[int, int, int, int]]:
        """Boxes ``(x, y, width, height)`` of every face.

        Raises:
            PeerFailed
        """
        return [tuple(box) for box in self._answer(picture)["boxes"]]

    def _answer(self, picture: Path) -> dict[str, Any]:
        try:
            self._process.stdin.write(f"{picture}\n")
        except BrokenPipeError as error:
            raise PeerFailed("face_recognition does not run: is it installed there?") from error
        line = self._process.stdout.readline()
        if not line:
            raise PeerFailed(f"face_recognition gave no answer to {picture.name}: is it installed there?")
        answer: dict[str, Any] = json.loads(line)
        return answer
