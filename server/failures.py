"""What is meant when the storage below fails: too many at once, away, or full. Each goes over by itself."""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.exceptions import NotReady

RETRY_AFTER_S = {"busy": 2, "database_away": 2, "storage_full": 10}
"""Whole seconds, by reason."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_POSTGRESQL_FULL = "53100"
_POSTGRESQL_LOCKED = {"55P03", "40P01", "40001", "57014"}
"""Locked, a deadlock, overtaken, given up after too long (PostgreSQL, appendix A)."""


def meant_by(error: Exception) -> NotReady | None:
    """What a kiosk or a browser is to be told; none when the failure is of another kind."""
    reason = _reason(error)
    return NotReady(reason, detail=str(error), retry_after=RETRY_AFTER_S[reason]) if reason else None


def _reason(error: Exception) -> str | None:
    if isinstance(error, PoolTimeout):
        return "busy"
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, sqlite3.OperationalError):
        return _of_sqlite(error)
    if isinstance(error, OSError) and error.errno in _FULL:
        return "storage_full"
    return None


def _of_database(error: DBAPIError) -> str | None:
    cause = error.orig
    if isinstance(cause, sqlite3.OperationalError):
        return _of_sqlite(cause)
    state = getattr(cause, "sqlstate", None)
    if state == _POSTGRESQL_FULL:
        return "storage_full"
    if state in _POSTGRESQL_LOCKED:
        return "busy"
    lost = error.connection_invalidated or type(error).__name__ in {"OperationalError", "InterfaceError"}
    return "database_away" if lost else None


def _of_sqlite(error: sqlite3.OperationalError) -> str:
    # The primary code is the last byte of the extended one (sqlite.org/rescode.html).
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "busy"
        case sqlite3.SQLITE_FULL:
            return "storage_full"
    return "database_away"
