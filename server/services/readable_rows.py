"""Rows of any table as they are given out to the person they are about: without keys, hashes and pictures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, select
from sqlalchemy.orm import Session

_SECRET = ("_hash", "token", "secret")


def rows(db: Session, table: Table, mine: ColumnElement[bool]) -> list[dict[str, Any]]:
    """The rows of a table for which this holds, as JSON knows them."""
    found = db.execute(select(*_shown(table)).where(mine)).mappings()
    return [plain(table, dict(row)) for row in found]


def plain(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON knows it."""
    found = {column.name: row.get(column.name) for column in _shown(table)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()
    }


def _shown(table: Table) -> list[Any]:
    return [
        column
        for column in table.columns
        if not isinstance(column.type, LargeBinary) and not any(part in column.name for part in _SECRET)
    ]
