"""Deleting the face of an account, for good: a restored backup does not bring it back."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.db import rows_changed
from server.models import AccountFace, RowRemovalKind
from server.services import removals


def discard(db: Session, account_id: int) -> bool:
    """Deletes templates and consent, within the transaction under way; whether there was anything."""
    face = db.get(AccountFace, account_id, with_for_update=True)
    if face is None:
        return False
    removals.note(db, removals.face_hash(face), RowRemovalKind.WITHDRAWN)
    return rows_changed(db, delete(AccountFace).where(AccountFace.account_id == account_id)) > 0
