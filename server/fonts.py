"""The Korean font of PDF files: where it comes from, and that it is what was published."""

from collections.abc import Callable
from pathlib import Path

from recognition.exceptions import WeightsError
from recognition.weight_sources import WeightFile, WeightSources, is_genuine
from server.exceptions import PartMissing

FONT = WeightFile(
    name="NanumGothic.ttf",
    size=4_691_820,
    sha256="48a28e97b34fc8e5b157657633670cd1b7de126cfc414da65ce9c3d5bc8be733",
    package="koreanize-matplotlib==0.1.1",
    member="koreanize_matplotlib/fonts/NanumGothic.ttf",
    origin=None,
    licence="OFL-1.1",
)


def present(folder: Path) -> bool:
    """Whether the font is there and is what was published."""
    return is_genuine(folder / FONT.name, FONT)


def ensure(folder: Path, *, local: Path | None = None, progress: Callable[[str], None] = print) -> None:
    """Brings the font into the folder, unless it is there.

    :param local: folder with the file or the wheel, asked before the package registry.
    :raises PartMissing: naming the file and how to provide it.
    """
    if present(folder):
        return
    try:
        with WeightSources(local, progress) as sources:
            sources.fetch(FONT, folder / FONT.name)
    except WeightsError as error:
        raise PartMissing(f"Without its font there are no sign-in sheets as PDF: {error}") from error
