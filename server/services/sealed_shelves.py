"""Where sealed files lie: in a folder, or in the database that replicas on several hosts share."""

import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import rows_changed, writing
from server.models import SealedFile

SUFFIX = ".sealed"
SEARCHED_AT_ONCE = 50
"""Files of some megabytes each, well within the time that PostgreSQL gives a statement."""
_DRAFT = ".part"


class Shelf(Protocol):
    """Files by folder and name. What they hold is sealed already."""

    def add(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Adds a folder that is not there yet: complete or, on an error, not at all."""

    def put(self, folder: str, name: str, content: bytes) -> None:
        """Puts one file into a folder, in place of one with the same name."""

    def get(self, folder: str, name: str) -> bytes:
        """A file; raises FileNotFoundError."""

    def names(self, folder: str) -> set[str]:
        """The files of a folder."""

    def folders(self, depth: int = 1) -> set[str]:
        """The folders at the top, or so many levels down."""

    def remove(self, folder: str) -> None:
        """Removes a folder with all below it; nothing happens when it is gone already."""


class FolderShelf:
    """A folder of the file system.

    :param root: made when something is put into it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Adds a folder that is not there yet: complete or, on an error, not at all."""
        target = self._root / folder
        draft = target.with_name(target.name + _DRAFT)
        draft.mkdir(parents=True, mode=0o700)
        for name, content in files.items():
            (draft / (name + SUFFIX)).write_bytes(content)
        draft.rename(target)

    def put(self, folder: str, name: str, content: bytes) -> None:
        """Puts one file into a folder, in place of one with the same name."""
        target = self._root / folder / (name + SUFFIX)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = target.with_suffix(f".{secrets.token_hex(4)}{_DRAFT}")
        draft.write_bytes(content)
        draft.rename(target)

    def get(self, folder: str, name: str) -> bytes:
        """A file; raises FileNotFoundError."""
        return (self._root / folder / (name + SUFFIX)).read_bytes()

    def names(self, folder: str) -> set[str]:
        """The files of a folder."""
        return {path.name.removesuffix(SUFFIX) for path in (self._root / folder).glob(f"*{SUFFIX}")}

    def folders(self, depth: int = 1) -> set[str]:
        """The folders at the top, or so many levels down."""
        found = self._root.glob("/".join("*" * depth))
        return {str(path.relative_to(self._root)) for path in found if path.is_dir()}

    def remove(self, folder: str) -> None:
        """Removes a folder with all below it; nothing happens when it is gone already."""
        shutil.rmtree(self._root / folder, ignore_errors=True)


class TableShelf:
    """A table of the database, each call in a transaction of its own.

    :param name: of the store, the first part of its paths.
    :param before: where files of earlier versions of the program lie: found and removed, never added to.
    """

    def __init__(self, sessions: Callable[[], Session], name: str, before: FolderShelf) -> None:
        self._sessions = sessions
        self._name = name
        self._before = before

    def add(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Adds a folder that is not there yet: complete or, on an error, not at all."""
        with self._sessions() as db, writing(db):
            for name, content in files.items():
                db.add(SealedFile(path=f"{self._name}/{folder}/{name}", content=content))

    def put(self, folder: str, name: str, content: bytes) -> None:
        """Puts one file into a folder, in place of one with the same name."""
        path = f"{self._name}/{folder}/{name}"
        try:
            self._put(path, content)
        except IntegrityError:  # The same file was put there this moment.
            self._put(path, content)

    def get(self, folder: str, name: str) -> bytes:
        """A file; raises FileNotFoundError."""
        path = f"{self._name}/{folder}/{name}"
        with self._sessions() as db:
            content = db.scalar(select(SealedFile.content).where(SealedFile.path == path))
        return self._before.get(folder, name) if content is None else content

    def names(self, folder: str) -> set[str]:
        """The files of a folder."""
        here = f"{self._name}/{folder}/"
        names = {path.removeprefix(here) for path in self._paths(here)}
        return {name for name in names if "/" not in name} | self._before.names(folder)

    def folders(self, depth: int = 1) -> set[str]:
        """The folders at the top, or so many levels down."""
        parts = [path.split("/")[1:-1] for path in self._paths(f"{self._name}/")]
        found = {"/".join(folder[:depth]) for folder in parts if len(folder) >= depth}
        return found | self._before.folders(depth)

    def remove(self, folder: str) -> None:
        """Removes a folder with all below it; nothing happens when it is gone already."""
        with self._sessions() as db, writing(db):
            below = SealedFile.path.startswith(f"{self._name}/{folder}/", autoescape=True)
            db.execute(delete(SealedFile).where(below))
        self._before.remove(folder)

    def _put(self, path: str, content: bytes) -> None:
        with self._sessions() as db, writing(db):
            present = update(SealedFile).where(SealedFile.path == path).values(content=content)
            if not rows_changed(db, present):
                db.add(SealedFile(path=path, content=content))

    def _paths(self, start: str) -> list[str]:
        with self._sessions() as db:
            query = select(SealedFile.path).where(SealedFile.path.startswith(start, autoescape=True))
            return list(db.scalars(query))


def shelf_of(name: str, data_dir: Path, sessions: Callable[[], Session]) -> Shelf:
    """The shelf of a store: with PostgreSQL in the database, with SQLite in the data folder."""
    folder = FolderShelf(data_dir / name)
    with sessions() as db:
        shared = db.get_bind().dialect.name == "postgresql"
    return TableShelf(sessions, name, folder) if shared else folder


def holding(db: Session, word: bytes) -> tuple[list[str], int]:
    """Paths of the files in the database that hold a word, and how many there are; they stay there."""
    postgresql = db.get_bind().dialect.name == "postgresql"
    place = (
        func.position(literal(word).op("IN")(SealedFile.content))
        if postgresql
        else func.instr(SealedFile.content, word)
    )
    paths = db.scalars(select(SealedFile.path).order_by(SealedFile.path)).all()
    found: list[str] = []
    for start in range(0, len(paths), SEARCHED_AT_ONCE):
        some = SealedFile.path.in_(paths[start : start + SEARCHED_AT_ONCE])
        found += db.scalars(select(SealedFile.path).where(some, place > 0).order_by(SealedFile.path))
    return found, len(paths)
