"""The virtual environment and the pinned packages in it."""

import shutil
import subprocess
import sys
from pathlib import Path

import debian
from console import Console, SetupFailed
from house import House

GIGABYTE = 1_000_000_000
ROOM_FOR_PACKAGES = 4 * GIGABYTE


def interpreter() -> str:
    """The python3 that the environment is made from, with its version."""
    return f"{Path(sys.executable).resolve()} {sys.version.split()[0]}"


def make_environment(console: Console, house: House) -> None:
    """Create `.venv`. Debian's python3 comes without ensurepip: install python3-venv where it is missing."""
    if _still_good(house):
        return
    if _lacks_ensurepip():
        if not Path(sys.executable).resolve().is_relative_to("/usr/bin"):
            raise SetupFailed(
                f"{sys.executable} has no ensurepip, so no virtual environment can be made from it.",
                "put a complete Python 3.11 or newer first in PATH.",
            )
        debian.install(console, ["python3-venv"])
    if house.environment.exists():
        console.note("removing the old environment")
        shutil.rmtree(house.environment)
    console.run(
        [sys.executable, "-m", "venv", house.environment],
        failed="Python could not make the virtual environment .venv",
        advice="see that this folder is writable and that the disk is not full.",
    )


def _still_good(house: House) -> bool:
    """Whether `.venv` was made here by this Python version: its scripts name the folder it was made in."""
    script = house.environment / "bin" / "pip"
    if not (house.python.exists() and script.exists()):
        return False
    if not script.read_text().startswith(f"#!{house.environment}/"):
        return False
    question = "import sys, pip; print(sys.version.split()[0])"
    answer = subprocess.run([house.python, "-c", question], capture_output=True, text=True)
    return answer.stdout.strip() == sys.version.split()[0]


def _lacks_ensurepip() -> bool:
    question = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(question, capture_output=True).returncode != 0


def install_requirements(console: Console, house: House, *requirements: str) -> None:
    """Install pinned requirement files into the environment with the pip configuration of this machine.

    Only files whose hash stands in the requirements are taken, whichever index they come from.
    """
    room = shutil.disk_usage(house.root).free
    if room < ROOM_FOR_PACKAGES:
        raise SetupFailed(
            f"Only {room / GIGABYTE:.1f} GB free here: the packages need {ROOM_FOR_PACKAGES // GIGABYTE} GB.",
            "free some space, then run make again.",
        )
    _install(console, house, *(f"--requirement={house.root / name}" for name in requirements))


def _install(console: Console, house: House, *requirements: str) -> None:
    """Run pip install, told in one line: how many packages were looked at, which is being downloaded."""
    seen = 0

    def read(line: str) -> str | None:
        nonlocal seen
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            seen += 1
            return f"{seen} packages looked at"
        if line.startswith("Downloading "):
            return f"{seen} packages looked at, fetching {line.split('/')[-1].removeprefix('Downloading ')}"
        if line.startswith("Installing collected packages"):
            return f"unpacking {line.count(',') + 1} packages, the slowest part"
        if line.startswith("Building wheel"):
            return line
        return None

    quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    # Compiling every module of every package takes minutes; Python compiles what it imports anyway.
    console.run(
        [house.python, "-m", "pip", "install", "--no-compile", "--require-hashes", *quiet, *requirements],
        failed="pip could not install the packages",
        advice="see that this machine reaches its Python package index (`pip config list` shows which), then "
        "run make again: what was downloaded is kept.",
        environment={"PIP_ROOT_USER_ACTION": "ignore"},
        read=read,
    )
