"""Everything that is sealed, and for which purpose: what a rotation of the key has to seal anew."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.db import writing
from server.models import (
    AccountFaceTemplate,
    FacePhoto,
    FaceTemplate,
    LtiPlatform,
    OneTimeCodes,
    RoomCamera,
    SealedFile,
    StudentPass,
    Webhook,
)
from server.services import (
    account_faces,
    lti_platforms,
    one_time_codes,
    passes,
    room_cameras,
    roster_model_store,
    sealed_uploads,
    webhooks,
)
from server.services.sealed_shelves import SUFFIX
from server.services.vault import HEAD_LENGTH, Vault

BATCH = 50

Purpose = Callable[[Any], str]

COLUMNS: dict[InstrumentedAttribute[bytes], Purpose] = {
    FacePhoto.image_encrypted: lambda row: f"photo:{row.student_id}",
    FaceTemplate.vector_encrypted: lambda row: f"template:{row.student_id}:{row.embedder_id}",
    AccountFaceTemplate.vector_encrypted: lambda row: account_faces.purpose(row.account_id, row.embedder_id),
    StudentPass.secret_sealed: passes.purpose,
    OneTimeCodes.secret_sealed: lambda row: one_time_codes.purpose(row.account_id),
    LtiPlatform.private_key_sealed: lambda _row: lti_platforms.PURPOSE,
    RoomCamera.address_sealed: lambda _row: room_cameras.PURPOSE,
    Webhook.secret_encrypted: lambda row: webhooks.purpose(row.course_id),
    SealedFile.content: lambda row: _purpose_of(row.path),
}
"""Column → purpose of a row's content."""

FOLDERS = {roster_model_store.NAME: "model", sealed_uploads.NAME: "upload"}
"""Name of a shelf → first part of the purpose of its files."""


def reseal(db: Session, vault: Vault, data_dir: Path) -> Iterator[str]:
    """Seals anew whatever is not sealed under the present key; yields a line for each batch.

    Batches are transactions of their own and files are replaced whole, so that it can be ended at any moment
    and started again: what is done is not done again.
    """
    for column, purpose in COLUMNS.items():
        after: Any = None
        while done := _reseal_rows(db, vault, column, purpose, after):
            after = done[-1]
            yield f"{column.class_.__tablename__}: {len(done)}"
    for path, said in _files(data_dir):
        if _reseal_file(vault, path, said):
            yield str(path.relative_to(data_dir))


def outdated(db: Session, vault: Vault, data_dir: Path) -> int:
    """How much is sealed under an older key."""
    rows = sum(len(_outdated_rows(db, vault, column)) for column in COLUMNS)
    return rows + sum(not vault.is_current(path.read_bytes()) for path, _ in _files(data_dir))


def _outdated_rows(
    db: Session,
    vault: Vault,
    column: InstrumentedAttribute[bytes],
    *,
    after: Any = None,
    limit: int | None = None,
) -> list[Any]:
    """Primary keys of rows under an older key, in order, from one on."""
    (key,) = inspect(column.class_).primary_key
    query = select(key, func.substr(column, 1, HEAD_LENGTH, type_=column.type)).order_by(key)
    if after is not None:
        query = query.where(key > after)
    found = []
    for identity, head in db.execute(query).yield_per(BATCH):
        if not vault.is_current(head):
            found.append(identity)
        if limit is not None and len(found) == limit:
            break
    return found


def _reseal_rows(
    db: Session, vault: Vault, column: InstrumentedAttribute[bytes], purpose: Purpose, after: Any
) -> list[Any]:
    """One batch; which rows it was."""
    with writing(db):
        found = _outdated_rows(db, vault, column, after=after, limit=BATCH)
        for identity in found:
            row = db.get(inspect(column.class_), identity, with_for_update=True)
            if row is not None:
                opened = vault.open(getattr(row, column.key), purpose(row))
                setattr(row, column.key, vault.seal(opened, purpose(row)))
                db.flush()
                db.expunge(row)  # Parts of uploads are large: one at a time.
    return found


def _files(data_dir: Path) -> Iterator[tuple[Path, str]]:
    for folder, kind in FOLDERS.items():
        root = data_dir / folder
        for path in sorted(root.rglob(f"*{SUFFIX}")):
            yield path, f"{kind}:{path.relative_to(root).with_suffix('')}"


def _purpose_of(path: str) -> str:
    """The same for a file in the database."""
    folder, rest = path.split("/", 1)
    return f"{FOLDERS[folder]}:{rest}"


def _reseal_file(vault: Vault, path: Path, purpose: str) -> bool:
    try:
        sealed = path.read_bytes()
        if vault.is_current(sealed):
            return False
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(vault.seal(vault.open(sealed, purpose), purpose))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except FileNotFoundError:
        return False  # The version was deleted meanwhile.
    return True
