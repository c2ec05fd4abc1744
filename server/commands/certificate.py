"""A certificate for a proxy in front, before there is a real one."""

from pathlib import Path

from server.self_signed import make_certificate
from server.tls import LOOPBACK


def certificate(folder: Path, names: list[str]) -> int:
    """``python -m server certificate FOLDER [NAME …]``. Files that exist are left alone."""
    for path in make_certificate(folder, names or LOOPBACK):
        print(path)
    return 0
