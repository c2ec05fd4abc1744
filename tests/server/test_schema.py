"""Migrations."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from server import schema
from server.db import create_db_engine
from server.models import Base


@pytest.fixture
def database(tmp_path):
    engine = create_db_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    yield engine
    engine.dispose()


def test_the_migrations_make_the_models(database, tmp_path):
    schema.upgrade(database, tmp_path)
    assert schema.up_to_date(database)
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_running_them_again_changes_nothing(database, tmp_path):
    first = schema.upgrade(database, tmp_path)
    assert schema.upgrade(database, tmp_path) == first


def test_processes_that_start_together_take_turns(database, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: schema.upgrade(database, tmp_path), range(4)))) == 1


def test_a_newer_database_is_refused(database, tmp_path):
    schema.upgrade(database, tmp_path)
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.NewerSchema, match="newer than this version"):
        schema.upgrade(database, tmp_path)


def test_they_can_be_taken_back(database, tmp_path):
    schema.upgrade(database, tmp_path)
    with database.connect() as connection:
        config = schema.configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
    assert inspect(database).get_table_names() == ["alembic_version"]


def test_rebuilding_a_table_keeps_what_refers_to_it(database, tmp_path):
    with database.connect() as connection:
        config = schema.configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        for statement in (
            "INSERT INTO course VALUES (1, 'C', 'C', 'UTC', 10, 0, '2026-01-01', NULL)",
            "INSERT INTO student VALUES (1, '1', 'Ahn', 0, '2026-01-01')",
            "INSERT INTO class_session VALUES (1, 1, 'Week 1', 'closed', '2026-01-01', 10, NULL, NULL)",
            "INSERT INTO attendance (session_id, student_id, status, recorded_at)"
            " VALUES (1, 1, 'present', '2026-01-01')",
        ):
            connection.execute(text(statement))
        connection.commit()
    schema.upgrade(database, tmp_path)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM attendance")) == 1
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        indexes = {row[0]: row[1] for row in connection.execute(text("SELECT name, sql FROM sqlite_master"))}
        assert "WHERE status = 'open'" in indexes["uq_class_session_open_course"]
