"""Files in the database's table, as a backup knows them: as files of the data folder."""

import shutil
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select

from server.models import SealedFile
from server.services import roster_model_store, sealed_uploads
from server.services.sealed_shelves import SUFFIX

SHELVES = (roster_model_store.NAME, sealed_uploads.NAME)


def paths(connection: Connection) -> list[str]:
    """All of them; none in a schema that is older than the table."""
    if not inspect(connection).has_table(SealedFile.__tablename__):
        return []
    return list(connection.scalars(select(SealedFile.path).order_by(SealedFile.path)))


def content(connection: Connection, path: str) -> bytes:
    """One of them."""
    return connection.scalars(select(SealedFile.content).where(SealedFile.path == path)).one()


def take_in(connection: Connection, folder: Path) -> None:
    """Puts what lies in a data folder into the table, and takes it away there."""
    for name in SHELVES:
        for file in sorted((folder / name).rglob(f"*{SUFFIX}")):
            path = str(file.relative_to(folder)).removesuffix(SUFFIX)
            connection.execute(insert(SealedFile).values(path=path, content=file.read_bytes()))
        shutil.rmtree(folder / name, ignore_errors=True)
