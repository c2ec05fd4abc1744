"""Roster models that no version names, because a process was killed between the files and the row.

They hold templates, maybe of somebody who was erased.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.models import InstallationNote, RosterModelVersion
from server.services.roster_model_store import RosterModelStore, StoredModel

_NOTE = "stray_models"


def forget(db: Session, store: RosterModelStore) -> int:
    """Deletes those that were strays already when this was called last; how many.

    What became one since may be a version that is just being made: its files come before its row.
    """
    lying = store.folders()
    named = set(db.scalars(select(RosterModelVersion.folder).where(RosterModelVersion.removed_at.is_(None))))
    note = db.get(InstallationNote, _NOTE)
    before = set(note.value["folders"]) if note is not None else set()
    strays = lying - named
    old = strays & before
    with writing(db):
        db.merge(InstallationNote(key=_NOTE, value={"folders": sorted(strays - old)}))
    for folder in old:
        store.delete(StoredModel(folder, ""))
    return len(old)
