"""Data of earlier versions, carried to the present one."""

import json
import re

import pytest
from sqlalchemy import inspect, text

from server import schema
from server.db import create_db_engine
from tests.server.generated_rows import ROWS, everything, fill

RELEASED = {
    "0001": "the first tables",
    "0020": "accounts with roles, before the audit log",
    "0036": "0.1.0",
}
"""Schemas that data may have, by the version that made them."""


@pytest.fixture
def upgraded(request, tmp_path):
    """A database of an earlier version, full, and what was in it; migrated."""
    engine = create_db_engine(f"sqlite:///{tmp_path / 'school.sqlite3'}")
    with engine.connect() as connection, schema.tables_may_be_rebuilt(connection):
        schema.migrate(connection, request.param)
        fill(connection)
        before = everything(connection)
        columns = columns_of(connection)
        connection.commit()
    schema.upgrade(engine, tmp_path)
    yield engine, before, columns
    engine.dispose()


def columns_of(connection):
    looked = inspect(connection)
    return {name: [one["name"] for one in looked.get_columns(name)] for name in looked.get_table_names()}


@pytest.mark.parametrize("upgraded", RELEASED, indirect=True)
def test_every_row_is_there_whole(upgraded):
    """What a column held that is still there, it holds; nothing refers to what is not there."""
    engine, before, columns = upgraded
    with engine.connect() as connection:
        after, now = everything(connection), columns_of(connection)
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    assert before.keys() <= after.keys()
    # A note of the schema itself is added to the notes.
    after["installation_note"] = [one for one in after["installation_note"] if b'"schema"' not in one[:9]]
    assert all(len(lines) == ROWS for lines in before.values())
    for table, lines in before.items():
        kept = [name for name in columns[table] if name in now[table]]
        assert len(kept) >= len(columns[table]) - 1, table
        assert parts(after[table], now[table], kept) == parts(lines, columns[table], kept), table


def parts(lines, columns, wanted):
    """The wanted columns of rows."""
    rows = [dict(zip(columns, json.loads(line), strict=True)) for line in lines]
    return [{name: row[name] for name in wanted} for row in rows]


def test_the_newest_release_is_among_them(repository):
    """Whoever releases a version adds its schema above."""
    project = (repository / "pyproject.toml").read_text()
    (version,) = re.findall(r'^version = "(.+)"', project, re.MULTILINE)
    assert version in RELEASED.values()
