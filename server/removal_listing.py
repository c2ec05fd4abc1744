"""The list beside the backups follows the table: what was removed is on it as soon as it is committed."""

import logging

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from server.models import RowRemoval
from server.services import backup_catalogue, removals
from server.services.certificates import Signer

log = logging.getLogger(__name__)

_REMOVED = "removed"


def follow(sessions: sessionmaker[Session], signer: Signer) -> None:
    """From now on, sessions of this factory that note a removal write the list when they commit it."""

    @event.listens_for(sessions, "after_flush")
    def seen(db: Session, _context: object) -> None:
        if any(isinstance(one, RowRemoval) for one in (*db.new, *db.dirty)):
            db.info[_REMOVED] = True

    @event.listens_for(sessions, "after_rollback")
    def undone(db: Session) -> None:
        db.info.pop(_REMOVED, None)

    @event.listens_for(sessions, "after_commit")
    def done(db: Session) -> None:
        if not db.info.pop(_REMOVED, False):
            return
        try:
            with sessions() as reading:
                removals.write_list(reading, signer, backup_catalogue.folders(reading))
        except SQLAlchemyError:
            # What was removed is committed: the next list has it.
            log.exception("the list of removals cannot be written now")
