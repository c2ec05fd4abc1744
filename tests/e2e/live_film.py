"""A recorded webcam that is changed while Chromium plays it: the person before it does as the page asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.webcam import record_raw


@dataclass(frozen=True)
class LiveFilm:
    """Plays one scene in a loop, until another is shown. Chromium reads a YUV4MPEG2 file frame by frame.

    :ivar path: the film, for :meth:`tests.e2e.browsers.Browsers.page`.
    """

    path: Path
    _scenes: Mapping[str, bytes]

    @classmethod
    def of(cls, scenes: Mapping[str, Path], path: Path) -> "LiveFilm":
        """A film of these pictures, each of which sways; it begins with the first."""
        films = {name: record_raw(picture, path).read_bytes() for name, picture in scenes.items()}
        film = cls(path, films)
        film.show(next(iter(scenes)))
        return film

    def show(self, scene: str) -> None:
        """From the next frame on."""
        with self.path.open("r+b") as file:
            file.write(self._scenes[scene])
