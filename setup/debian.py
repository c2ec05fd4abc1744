"""Debian packages: installs what is missing, as root or through sudo; else says what to ask for."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from console import Console, SetupFailed


@dataclass(frozen=True)
class DebianPackage:
    """A package and the sign that tells it (or something equal to it) is there."""

    name: str
    present: Callable[[], bool]


def program(package: str, command: str | None = None) -> DebianPackage:
    """A package known by its command, looked for in PATH and in the system's sbin folders."""
    paths = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return DebianPackage(package, lambda: shutil.which(command or package, path=paths) is not None)


def file_of(package: str, *paths: str) -> DebianPackage:
    """A package known by any one of its files."""
    return DebianPackage(package, lambda: any(Path(path).exists() for path in paths))


def missing(packages: Sequence[DebianPackage]) -> list[str]:
    """Names of the packages that are not there."""
    return [package.name for package in packages if not package.present()]


def install(console: Console, names: Sequence[str]) -> None:
    """Install Debian packages by name. Raises SetupFailed where apt or the right to use it is lacking."""
    wanted = " ".join(names)
    if not names:
        return
    if shutil.which("apt-get") is None:
        raise SetupFailed(
            f"Missing here: {wanted} (names of Debian packages), and this machine has no apt-get.",
            "install them with this system's package manager, then run make again.",
        )
    administrator: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise SetupFailed(
                f"Missing here: {wanted}. Installing them needs root, and there is no sudo.",
                f"ask an administrator to run: apt-get install {wanted}",
            )
        administrator = ["sudo"]
        if subprocess.run(["sudo", "--validate"]).returncode:
            raise SetupFailed(
                f"Missing here: {wanted}. Installing them needs root, and sudo refused.",
                f"ask an administrator to run: apt-get install {wanted}",
            )
    advice = (
        f"run this by hand and read what it says: {'sudo ' if administrator else ''}apt-get install {wanted}"
    )
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0"]
    console.run(
        [*administrator, *quiet, "update"],
        failed="apt-get update did not work",
        advice=advice,
        read=lambda line: "reading Debian's package lists",
    )
    console.run(
        [*administrator, *quiet, "install", "--no-install-recommends", *names],
        failed=f"apt-get could not install {wanted}",
        advice=advice,
        read=_apt_note,
    )
    console.note(f"installed {wanted}")


def _apt_note(line: str) -> str | None:
    for beginning in ("Get:", "Unpacking", "Setting up"):
        if line.startswith(beginning):
            return line.split(" [")[0]
    return None
