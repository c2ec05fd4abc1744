"""Writes what a release is made of into build/release: `python -m setup.release`.

The version is the one of pyproject.toml, and the changelog has to tell of it. The source archive is that of
the commit, the same bytes each time; with `--image-build TOOL` the image is built from it, tagged with the
version.
"""

import argparse
import gzip
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUMS = "SHA256SUMS"


class NotReady(Exception):
    """Why there is nothing to release yet, as a sentence."""


def main() -> int:
    """Print what was written; 1 and the reason when this commit is not ready to be released."""
    parser = argparse.ArgumentParser(prog="python -m setup.release", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "release", metavar="DIR")
    parser.add_argument("--image-build", metavar="TOOL", help="builds a Dockerfile: TOOL -t TAG CONTEXT")
    options = parser.parse_args()
    try:
        name = name_of(ROOT)
        refuse_unfinished(ROOT)
    except NotReady as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    shutil.rmtree(options.into, ignore_errors=True)
    options.into.mkdir(parents=True)
    archive = source_archive(ROOT, name, options.into)
    bill = [sys.executable, "-m", "setup.sbom", "--into", str(options.into / "sbom")]
    subprocess.run(bill, cwd=ROOT, check=True)
    if options.image_build:
        build_image(options.image_build, archive, name)
    write_sums(options.into)
    print(f"release: {name} is in {options.into}\n{(options.into / SUMS).read_text()}", end="")
    return 0


def name_of(root: Path) -> str:
    """Name and version, `face-check-in-1.2.3`.

    Raises:
        NotReady: the changelog tells nothing of this version.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    told = re.search(
        rf"^## {re.escape(project['version'])}\b[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if told is None or not told[1].strip():
        raise NotReady(f"CHANGELOG.md has no section “## {project['version']}” that says anything")
    return f"{project['name']}-{project['version']}"


def refuse_unfinished(root: Path) -> None:
    """Raises NotReady when files differ from the commit that would be released."""
    changed = _git(root, "status", "--porcelain").decode()
    if changed:
        raise NotReady(f"there are changes that are not committed:\n{changed}")


def source_archive(root: Path, name: str, into: Path) -> Path:
    """The files of the commit as NAME.tar.gz, with nothing in it that depends on when it was packed."""
    packed = _git(root, "archive", "--format=tar", f"--prefix={name}/", "HEAD")
    target = into / f"{name}.tar.gz"
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) as archive,
    ):
        archive.write(packed)
    return target


def build_image(tool: str, archive: Path, name: str) -> None:
    """Build the image from the archive, so that nothing but the commit is in it."""
    product, _, version = name.rpartition("-")
    with tempfile.TemporaryDirectory() as folder:
        shutil.unpack_archive(archive, folder, filter="data")
        command = ["bash", str(Path(tool).resolve()), "-t", f"{product}:{version}", f"{folder}/{name}"]
        subprocess.run(command, check=True)


def write_sums(folder: Path) -> None:
    """SHA256SUMS of every other file in the folder, as `sha256sum --check` reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    ]
    (folder / SUMS).write_text("".join(lines))


def _git(root: Path, *words: str) -> bytes:
    try:
        return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotReady(f"git {words[0]} does not work here: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
