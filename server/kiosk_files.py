"""The built files that a kiosk needs to open without the server, and the version they make up."""

import hashlib
from functools import cache
from pathlib import Path

NOT_THE_KIOSKS = ("dashboard", "kiosk-worker")
"""Built files with these names are no part of the kiosk's page."""


@cache
def kiosk_files(web_dist: Path) -> tuple[str, ...]:
    """Names of the files below ``web_dist``. Every name holds a digest of its content."""
    names = (path.relative_to(web_dist).as_posix() for path in web_dist.rglob("*") if path.is_file())
    return tuple(
        sorted(name for name in names if not name.startswith(".") and not name.startswith(NOT_THE_KIOSKS))
    )


@cache
def kiosk_version(web_dist: Path) -> str:
    """Another one whenever any of the files is another: a kiosk that sees it change loads itself anew."""
    return hashlib.sha256("\n".join(kiosk_files(web_dist)).encode()).hexdigest()[:16]
