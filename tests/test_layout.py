"""The house rules that a machine can see: rooms, names, sizes, what may be committed, who may import whom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = {
    "recognition",
    "training",
    "server",
    "web",
    "models",
    "benchmarks",
    "deploy",
    "tests",
    "docs",
    "nginx",
    "setup",
}
ROOMS |= {".ci", "requirements"}
CATCH_ALL_NAMES = re.compile(r"(^|/)(utils?|helpers?|common|misc|managers?)(\.\w+|/)", re.IGNORECASE)
SOURCE = (".py", ".js", ".mjs", ".css", ".html", ".sh")
MOST_LINES = 400
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic")
BINARIES = (
    ".onnx",
    ".pb",
    ".h5",
    ".keras",
    ".joblib",
    ".pickle",
    ".pkl",
    ".npz",
    ".npy",
    ".sqlite3",
    ".mo",
    ".whl",
)
SCREENS = "docs/screens/"
SCREENS_LIMIT = 6_000_000
GESTURE_HEAD = "models/pose/weights.bin"
"""The one network that is kept here: trained by this project on freely licensed pictures."""
FILE_LIMIT = 2_000_000
# Package registries come from each machine's own pip and npm configuration.
REGISTRY_SETTING = re.compile(
    r"--(extra-)?index-url|--registry|PIP_INDEX_URL|npm_config_registry|\"resolved\"\s*:"
)
PATH_OF_ONE_MACHINE = re.compile(r"(?<![\w.~-])/(home|root|Users|work)/\w")


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[str]:
    """Names of the files that git keeps, or would keep on the next `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    if listing.returncode != 0:
        pytest.skip("this copy of the project is no git repository: what is committed cannot be told")
    return sorted(name for name in set(listing.stdout.split("\0")) if name and (repository / name).is_file())


def test_every_top_level_folder_is_a_room_of_the_house(tracked: list[str]) -> None:
    folders = {name.split("/")[0] for name in tracked if "/" in name}
    assert folders <= ROOMS


def test_no_file_has_a_catch_all_name(tracked: list[str]) -> None:
    assert [name for name in tracked if CATCH_ALL_NAMES.search(name)] == []


def test_no_source_file_is_longer_than_a_reader_can_hold(repository: Path, tracked: list[str]) -> None:
    sizes = {
        name: len((repository / name).read_text().splitlines()) for name in tracked if name.endswith(SOURCE)
    }
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_pictures_are_kept_in_docs_screens_only(tracked: list[str]) -> None:
    pictures = [name for name in tracked if name.lower().endswith(PICTURES)]
    assert [name for name in pictures if not name.startswith(SCREENS)] == []


def test_screens_stay_small(repository: Path, tracked: list[str]) -> None:
    total = sum((repository / name).stat().st_size for name in tracked if name.startswith(SCREENS))
    assert total < SCREENS_LIMIT


def test_no_weights_databases_or_other_binaries_are_kept(tracked: list[str]) -> None:
    assert [name for name in tracked if name.lower().endswith(BINARIES)] == []


def test_no_file_is_big(repository: Path, tracked: list[str]) -> None:
    sizes = {name: (repository / name).stat().st_size for name in tracked if name != GESTURE_HEAD}
    assert {name: size for name, size in sizes.items() if size > FILE_LIMIT} == {}


def test_no_file_names_a_registry_or_a_place_of_one_machine(repository: Path, tracked: list[str]) -> None:
    found = []
    for name in tracked:
        if name.endswith((*PICTURES, *BINARIES)) or name == "tests/test_layout.py":
            continue
        text = (repository / name).read_text(encoding="utf-8", errors="replace")
        found += [
            f"{name}: {word[0]}"
            for pattern in (REGISTRY_SETTING, PATH_OF_ONE_MACHINE)
            for word in pattern.finditer(text)
        ]
    assert found == []


def test_imports_keep_to_the_floors_of_the_house(repository: Path) -> None:
    # In a process of its own: it sets up logging anew, and silences every logger that is there.
    command = [Path(sys.executable).with_name("lint-imports"), "--config", "pyproject.toml", "--no-cache"]
    checked = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
