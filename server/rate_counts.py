"""Counting tries in the database, so that every worker process counts the same."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from limits.storage import Storage
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from server.db import rows_changed, writing
from server.models import RateCount, utc_now

SCHEME = "database"
SLACK = timedelta(minutes=1)
"""How far the clocks of several hosts may be apart, and how long one may wait for a row."""


class DatabaseCounts(Storage):
    """Fixed windows in a table, for installations without Redis.

    :param sessions: makes database sessions.
    """

    STORAGE_SCHEME = [SCHEME]

    def __init__(
        self, uri: str | None = None, wrap_exceptions: bool = False, *, sessions: Callable[[], Session]
    ) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._sessions = sessions

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the database raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Counts tries; the first within a window starts it. Windows that are over are swept up."""
        try:
            return self._counted(key, expiry, amount)
        except IntegrityError:  # Another process started the window this moment.
            return self._counted(key, expiry, amount)

    def _counted(self, key: str, expiry: float, amount: int) -> int:
        now = utc_now()
        with self._sessions() as db, writing(db):
            db.execute(delete(RateCount).where(RateCount.expires_at <= now))
            row = db.get(RateCount, _hash(key), with_for_update=True)
            if row is not None and row.expires_at > now + timedelta(seconds=expiry) + SLACK:
                # The clock was set back since: such a window would last for as long as it ran ahead.
                row.count, row.expires_at = 0, now + timedelta(seconds=expiry)
            if row is None:
                row = RateCount(key_hash=_hash(key), count=0, expires_at=now + timedelta(seconds=expiry))
                db.add(row)
            row.count += amount
            return row.count

    def get(self, key: str) -> int:
        """Tries in the window that is running."""
        with self._sessions() as db:
            row = db.get(RateCount, _hash(key))
            return row.count if row is not None and row.expires_at > utc_now() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        with self._sessions() as db:
            row = db.get(RateCount, _hash(key))
            return (row.expires_at if row is not None else datetime.now(UTC)).timestamp()

    def check(self) -> bool:
        """Whether the database answers."""
        self.get("")
        return True

    def reset(self) -> int | None:
        """Forgets every count."""
        with self._sessions() as db, writing(db):
            return rows_changed(db, delete(RateCount))

    def clear(self, key: str) -> None:
        """Forgets one count."""
        with self._sessions() as db, writing(db):
            db.execute(delete(RateCount).where(RateCount.key_hash == _hash(key)))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
