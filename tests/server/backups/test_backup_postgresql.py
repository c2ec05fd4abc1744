"""Backups of PostgreSQL, and from one kind of database into the other."""

import shutil
import threading

import pytest
from sqlalchemy import text

from server import schema
from server.data_folder import load_keys
from server.db import create_db_engine
from server.doctor import services
from server.kept_keys import kept_keys
from server.services import backup_files, backups, restoring, since_backup, table_rows
from server.services.backup_refusal import Refusal
from server.services.backups import Source
from server.services.restore_place import Place
from server.settings import Settings
from tests.server.backups.archives import KEPT, PASSPHRASE, comparable, files_below, names_in, refusal, rows
from tests.server.test_postgresql import execute


@pytest.fixture
def school(cluster, filled, tmp_path):
    execute(cluster, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "school")
    execute(cluster, "CREATE DATABASE {}", "school")
    shutil.copytree(filled / "secrets", tmp_path / "school" / "secrets")
    return Place(tmp_path / "school", cluster + "school")


def test_out_of_sqlite_into_postgresql_and_back(archive, settings, school, empty, tmp_path):
    restoring.restore(archive, PASSPHRASE, school)
    assert comparable(rows(school.database)) == comparable(rows(settings.database))
    engine = create_db_engine(school.database)
    with engine.begin() as connection:
        added = connection.scalar(
            text(
                "INSERT INTO student (number, name, is_demo, created_at)"
                " VALUES ('4', 'Four', false, now()) RETURNING id"
            )
        )
        shelved = dict(connection.execute(text("SELECT path || '.sealed', content FROM sealed_file")).all())
    assert added == 4, "numbers go on where they were left off"
    assert shelved == KEPT, "the files are in the database, where every replica finds them"
    assert not (school.data_dir / "roster-models").exists()
    left = school.data_dir / "roster-models" / "1" / "earlier" / "model.joblib.sealed"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of an earlier version")
    there = Settings(data_dir=school.data_dir, database_url=school.database)
    source = Source(engine, school.data_dir, kept_keys(there, load_keys(there)))
    done = backups.make(source, tmp_path / "two.backup", PASSPHRASE)
    engine.dispose()
    assert done.files == len(KEPT) + 1
    restoring.restore(done.path, PASSPHRASE, empty)
    assert comparable(rows(empty.database)) == comparable(rows(school.database))
    assert len(rows(empty.database)["student"]) == 4
    found = files_below(empty.data_dir)
    assert {name: found[name] for name in KEPT} == KEPT
    assert found[str(left.relative_to(school.data_dir))] == b"of an earlier version"


def test_models_that_the_rows_name_are_looked_for_in_both_places(archive, school):
    restoring.restore(archive, PASSPHRASE, school)
    (school.data_dir / "roster-models" / "1" / "earlier").mkdir(parents=True)
    engine = create_db_engine(school.database)
    with engine.begin() as connection:
        for number, folder in enumerate(("1/abc", "1/earlier", "1/gone"), 1):
            connection.execute(
                text("UPDATE roster_model_version SET removed_at = NULL, folder = :folder WHERE id = :id"),
                {"folder": folder, "id": number},
            )
        tables = table_rows.tables(connection)
        assert backup_files.missing(connection, tables, school.data_dir) == ["1/gone"]
    engine.dispose()


def test_one_moment_of_postgresql(archive, school, tmp_path):
    restoring.restore(archive, PASSPHRASE, school)
    engine = create_db_engine(school.database)
    there = Settings(data_dir=school.data_dir, database_url=school.database)
    source = Source(engine, school.data_dir, kept_keys(there, load_keys(there)))
    ended = threading.Event()

    def write():
        number = 0
        while not ended.is_set():
            number += 1
            with engine.begin() as connection:
                for table in ("student", "course"):
                    connection.execute(text(f"UPDATE {table} SET name = '{number}' WHERE id = 1"))

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    seen = []
    while len(set(seen)) < 3:
        made = backups.make(source, tmp_path / f"{len(seen)}.backup", PASSPHRASE)
        seen.append(names_in(made.path))
    ended.set()
    writer.join()
    engine.dispose()
    assert all(student == course for student, course in seen)


def test_what_was_there_is_kept_in_a_schema(archive, school):
    restoring.restore(archive, PASSPHRASE, school)
    assert refusal(archive, school) == Refusal.NOT_EMPTY
    engine = create_db_engine(school.database)
    there = Settings(data_dir=school.data_dir, database_url=school.database, database_pool=200)
    said = {one.said: one.state for one in services.database(there, engine)}
    assert said.pop(f"{schema.head()}, this version's") == "ok"
    assert [state for words, state in said.items() if words.startswith("PostgreSQL 1")] == ["ok"]
    assert [state for words, state in said.items() if "more than PostgreSQL allows" in words] == ["warning"]
    engine.dispose()
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert refusal(archive, school, replace=True) == Refusal.IN_USE
    engine.dispose()
    with engine.begin() as connection:  # What is searched in is made of the templates, and refers to them.
        connection.execute(text("CREATE SCHEMA face_gallery"))
        connection.execute(text("CREATE TABLE face_gallery.one (id integer REFERENCES face_template)"))
    engine.dispose()
    done = restoring.restore(archive, PASSPHRASE, school, replace=True)
    with engine.connect() as connection:
        aside = f"replaced_{done.replaced.replace('-', '_')}"
        assert connection.scalar(text(f"SELECT count(*) FROM {aside}.student")) == 3
        assert connection.scalar(text("SELECT count(*) FROM student")) == 3
        assert connection.scalar(text("SELECT to_regclass('face_gallery.one')")) is None
    assert schema.up_to_date(engine)
    engine.dispose()


def test_a_refused_backup_leaves_the_database_as_it_was(archive, school, monkeypatch):
    restoring.restore(archive, PASSPHRASE, school)
    before = rows(school.database)
    monkeypatch.setattr(since_backup, "carry_over", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        restoring.restore(archive, PASSPHRASE, school, replace=True)
    assert rows(school.database) == before
