"""Migrations."""

import ast
import json
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


def works_from(database):
    with database.connect() as connection:
        return connection.scalar(text("SELECT value FROM installation_note WHERE key = 'schema'"))


def tell(connection, revision):
    note = {"told": json.dumps({"revision": "9999", "works_from": revision})}
    connection.execute(text("UPDATE installation_note SET value = :told WHERE key = 'schema'"), note)


def test_an_older_version_works_on_when_the_newer_one_said_so(database, tmp_path):
    head = schema.upgrade(database, tmp_path)
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        tell(connection, head)
    assert schema.upgrade(database, tmp_path) == "9999"
    with database.begin() as connection:
        tell(connection, "9998")
    with pytest.raises(schema.NewerSchema):
        schema.upgrade(database, tmp_path)


def test_how_old_a_version_may_be_is_written_down(database, tmp_path):
    head = schema.upgrade(database, tmp_path)
    assert json.loads(works_from(database)) == {"revision": head, "works_from": schema.oldest_version()}


def what_older_versions_stumble_over(source):
    """The operations of a migration's upgrade that a version without it could not live with."""
    (upgrade,) = (
        one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef) and one.name == "upgrade"
    )
    for call in ast.walk(upgrade):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        owner, kind, said = ast.unparse(call.func.value), call.func.attr, ast.unparse(call)
        if owner not in {"op", "batch", "batch_op"} or kind in {"f", "batch_alter_table"}:
            continue
        filled = "nullable=True" in said or "server_default=" in said
        let_go = said.count("ForeignKeyConstraint(") + said.count("ForeignKey(") == said.count("ondelete=")
        fine = {"create_table": let_go, "add_column": filled, "create_index": "unique=True" not in said}
        if not fine.get(kind, False):
            yield said


def test_what_older_versions_are_said_to_work_with_only_adds():
    sources = [path.read_text() for path in sorted((schema.MIGRATIONS / "versions").glob("*.py"))]
    said = [source for source in sources if "older_versions_work = True" in source]
    assert len(said) >= 2
    assert {source: list(what_older_versions_stumble_over(source)) for source in said} == {
        source: [] for source in said
    }


@pytest.mark.parametrize(
    "change",
    [
        "op.drop_column('student', 'name')",
        "op.add_column('student', sa.Column('age', sa.Integer(), nullable=False))",
        "op.alter_column('student', 'name', new_column_name='full_name')",
        "op.create_index('one', 'student', ['name'], unique=True)",
        "op.create_table('toy', sa.Column('of', sa.Integer(), sa.ForeignKey('student.id')))",
        "op.execute('DELETE FROM student')",
    ],
)
def test_what_takes_away_is_noticed(change):
    assert list(what_older_versions_stumble_over(f"def upgrade():\n    {change}\n"))


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
