"""Getting the font of PDF files."""

import sys
from pathlib import Path

from server import fonts
from server.exceptions import PartMissing
from server.settings import Settings


def get_fonts(settings: Settings, local: Path | None, *, optional: bool) -> int:
    """``python -m server fonts``.

    :param optional: set-up goes on without; what is missing is said all the same.
    """
    try:
        fonts.ensure(settings.fonts_dir, local=local)
    except PartMissing as error:
        if not optional:
            raise
        print(f"Warning: {error}", file=sys.stderr)
        return 0
    print(f"{fonts.FONT.name} is in {settings.fonts_dir}.")
    return 0
