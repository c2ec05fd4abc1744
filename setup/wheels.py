"""Sees that every package of the image has a wheel for each processor: `python -m setup.wheels`.

Asks the package index; nothing is downloaded but the packages' descriptions, and no other machine is needed.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "requirements" / "serving.txt"
PROCESSORS = ("x86_64", "aarch64")
PYTHON = "3.11"
GLIBC = 36
"""Of Debian 12, 2.36: wheels made for it or for an older one run there."""
OLDEST_GLIBC = 5


def main() -> int:
    """Print one line for each processor; 1 when a wheel is missing, else 0."""
    missing = False
    for processor in PROCESSORS:
        problem, found = wheels_for(processor)
        print(f"wheels: {processor}: {problem or f'all {len(found)} there'}")
        missing = missing or problem is not None
    return 1 if missing else 0


def wheels_for(processor: str, pinned: Path = PINNED) -> tuple[str | None, list[str]]:
    """What pip says where it does not find them all, and the names of the wheels it would take."""
    said = subprocess.run(_command(processor, pinned), capture_output=True, text=True, check=False)
    if said.returncode:
        errors = [line for line in said.stderr.splitlines() if line.startswith("ERROR: ")]
        return (errors or ["ERROR: pip does not say why"])[-1].removeprefix("ERROR: "), []
    taken = json.loads(said.stdout)["install"]
    return None, [one["download_info"]["url"].rsplit("/", 1)[-1] for one in taken]


def _command(processor: str, pinned: Path) -> list[str]:
    platforms = [f"manylinux_2_{minor}_{processor}" for minor in range(GLIBC, OLDEST_GLIBC - 1, -1)]
    platforms += [f"manylinux2014_{processor}"]
    return [
        *(sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", "--report=-"),
        *("--only-binary=:all:", "--ignore-installed", "--target=unused", f"--python-version={PYTHON}"),
        *(f"--platform={platform}" for platform in platforms),
        *("--require-hashes", f"--requirement={pinned}"),
    ]


if __name__ == "__main__":
    sys.exit(main())
