"""The data key and the ones before it, as files that change while processes run."""

import os
import secrets
from pathlib import Path

from server.services.vault import parse_key

PRESENT = "data.key"
OLDER = "data.key.older"


class DataKeyFiles:
    """Two files: the present key, and one line for each older key that something may still be sealed under.

    An older key is written down before the new one takes its place, so that a process which ends in between
    loses nothing.

    :param folder: of the secrets.
    """

    def __init__(self, folder: Path) -> None:
        self._present, self._older = folder / PRESENT, folder / OLDER
        self._seen = self._signature()

    def keys(self) -> list[bytes]:
        """The present key first.

        :raises ValueError: when a file holds something else.
        """
        lines = [self._present.read_text(encoding="ascii").strip()]
        if self._older.exists():
            lines += self._older.read_text(encoding="ascii").split()
        return list(dict.fromkeys(parse_key(line) for line in lines))

    def renewed(self) -> list[bytes] | None:
        """The keys, when a file changed since the last look."""
        signature = self._signature()
        if signature == self._seen:
            return None
        self._seen = signature
        return self.keys()

    def rotate(self) -> None:
        """A new present key; the one before joins the older ones."""
        older = [key.hex() for key in self.keys()]
        self._write(self._older, "\n".join(older) + "\n")
        self._write(self._present, secrets.token_hex(32))

    def forget_older(self) -> None:
        """Deletes the older keys: what is still sealed under them is lost."""
        self._older.unlink(missing_ok=True)

    def _signature(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_state(path) for path in (self._present, self._older))

    def _write(self, path: Path, content: str) -> None:
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
