"""Where things are in this folder, and what tells whether a step's result is still good."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MADE_HERE = {"node_modules", "dist", "__pycache__"}


@dataclass(frozen=True)
class House:
    """The folders that set-up reads and fills. `root` is the repository."""

    root: Path
    local_weights: str | None = None

    @property
    def build(self) -> Path:
        """Stamps and logs; safe to delete."""
        return self.root / "build"

    @property
    def stamps(self) -> Path:
        """One file per finished step, holding the digest of what it was made from."""
        return self.build / "stamps"

    @property
    def environment(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The virtual environment's interpreter."""
        return self.environment / "bin" / "python"

    @property
    def web(self) -> Path:
        """Sources of the pages."""
        return self.root / "web"

    def files(self, *places: str, ending: str = "") -> list[Path]:
        """Files at or under places given relative to the root, whose names end so; sorted."""
        found = []
        for place in map(self.root.joinpath, places):
            if place.is_file():
                found.append(place)
            for folder, inner_folders, names in os.walk(place):
                inner_folders[:] = [name for name in inner_folders if name not in MADE_HERE]
                found += [Path(folder, name) for name in names if name.endswith(ending)]
        return sorted(found)

    def digest(self, *places: str, ending: str = "", also: Iterable[str] = ()) -> str:
        """SHA-256 over names and contents of those files, and over the words in `also`."""
        digest = hashlib.sha256("\0".join(also).encode())
        for path in self.files(*places, ending=ending):
            digest.update(f"\0{path.relative_to(self.root)}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def inventory(self, *places: str, ending: str = "") -> list[str]:
        """Names and sizes of those files: enough to see that one went missing or was cut short."""
        return [
            f"{path.relative_to(self.root)} {path.stat().st_size}"
            for path in self.files(*places, ending=ending)
        ]
