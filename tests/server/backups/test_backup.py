"""Backups: whole, sealed, and put back without losing or inventing anything."""

import os
import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server import __main__ as program
from server import schema
from server.data_folder import load_keys, open_vault
from server.db import create_db_engine
from server.exceptions import KeyMissing, RestoreUnfinished
from server.kept_keys import kept_keys
from server.models import AuditEntry, Backup, Student
from server.services import backup_archive, backup_files, backup_sealing, backups, restoring, since_backup
from server.services.backup_archive import reading_archive
from server.services.backup_refusal import BackupRefused, Refusal
from server.services.backups import Source
from server.services.restore_place import Place
from server.settings import Settings
from tests.server.backups.archives import (
    KEPT,
    PASSPHRASE,
    comparable,
    files_below,
    names_in,
    refusal,
    rows,
)
from tests.server.generated_rows import fill


def test_every_table_and_file_comes_back(settings, archive, empty):
    done = restoring.restore(archive, PASSPHRASE, empty)
    assert comparable(rows(empty.database)) == comparable(rows(settings.database))
    assert all(len(lines) >= 3 for lines in comparable(rows(empty.database)).values())
    assert all(rows(empty.database)[table.__tablename__] == [] for table in since_backup.USED_ONCE)
    assert done.rows == sum(map(len, rows(settings.database).values()))
    there = files_below(empty.data_dir)
    assert there.keys() == {*KEPT, "face-check-in.sqlite3", "expected-keys.json"}
    assert {name: there[name] for name in KEPT} == KEPT
    with create_db_engine(empty.database).connect() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        assert connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'outbox_event'")) == 3


def test_one_moment_is_kept_while_others_write(source, archive, empty, database, tmp_path):
    """A writer changes the names of a student and of a course together, all the time."""
    ended = threading.Event()
    written = []

    def write():
        while not ended.is_set():
            with database.connect() as connection, connection.begin():
                connection.exec_driver_sql("UPDATE student SET name = name + 1 WHERE id = 1")
                connection.exec_driver_sql("UPDATE course SET name = name + 1 WHERE id = 1")
            written.append(1)

    with database.begin() as connection:
        connection.execute(text("UPDATE student SET name = '0' WHERE id = 1"))
        connection.execute(text("UPDATE course SET name = '0' WHERE id = 1"))
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    paths = []
    while len(paths) < 3 or len(written) < 30:
        paths.append(tmp_path / f"busy-{len(paths)}.backup")
        backups.make(source, paths[-1], PASSPHRASE)
    ended.set()
    writer.join()
    seen = [names_in(path) for path in paths]
    assert all(student == course for student, course in seen)
    assert len(set(seen)) > 1, "nobody wrote meanwhile"


@pytest.mark.parametrize("place", [0, 25, 100, 2000, -30, -1])
def test_a_changed_bit_is_found_before_anything_is_touched(archive, empty, place):
    content = bytearray(archive.read_bytes())
    content[place] ^= 1
    archive.write_bytes(content)
    assert refusal(archive, empty) in {
        Refusal.NOT_A_BACKUP,
        Refusal.WRONG_KEY,
        Refusal.DAMAGED,
        Refusal.TRUNCATED,
    }
    assert list(empty.data_dir.iterdir()) == []


def test_chunks_cannot_be_left_out_or_swapped(archive, empty, monkeypatch, source, tmp_path):
    monkeypatch.setattr(backup_sealing, "CHUNK", 1000)
    path = tmp_path / "small chunks"
    backups.make(source, path, PASSPHRASE)
    content, head = path.read_bytes(), backup_sealing._HEADER.size
    first, second = content[head : head + 1016], content[head + 1016 : head + 2032]
    for changed in (
        content[:head] + second + first + content[head + 2032 :],
        content[:head] + content[head + 1016 :],
        content[: head + 1016] + backup_sealing.END,
    ):
        path.write_bytes(changed)
        assert refusal(path, empty) == Refusal.DAMAGED
    path.write_bytes(content[:-2000])
    assert refusal(path, empty) == Refusal.TRUNCATED
    path.write_bytes(content[:40])
    assert refusal(path, empty) == Refusal.TRUNCATED


def test_what_it_does_not_know_it_refuses(archive, empty, tmp_path, monkeypatch, source):
    assert refusal(archive, empty, "another passphrase") == Refusal.WRONG_KEY
    content = bytearray(archive.read_bytes())
    content[len(backup_sealing.MAGIC)] = backup_sealing.FORMAT + 1
    (tmp_path / "newer").write_bytes(content)
    assert refusal(tmp_path / "newer", empty) == Refusal.NEWER_FORMAT
    (tmp_path / "photo").write_bytes(b"\xff\xd8" * 50)
    assert refusal(tmp_path / "photo", empty) == Refusal.NOT_A_BACKUP
    assert refusal(tmp_path / "nothing", empty) == Refusal.UNREADABLE
    monkeypatch.setattr(schema, "present", lambda _connection: "9999")
    monkeypatch.setattr(schema, "is_known", lambda revision: True)
    backups.make(source, tmp_path / "from the future", PASSPHRASE)
    monkeypatch.undo()
    assert refusal(tmp_path / "from the future", empty) == Refusal.NEWER_SCHEMA
    assert list(empty.data_dir.iterdir()) == []


def test_an_archive_that_lacks_something_is_refused(archive, empty, monkeypatch, source, tmp_path):
    monkeypatch.setattr(backup_archive.ArchiveWriter, "add_rows", lambda *_: None)
    path = tmp_path / "no rows"
    backups.make(source, path, PASSPHRASE)
    assert refusal(path, empty) == Refusal.INCOMPLETE


def test_nothing_half_written_is_left(source, tmp_path, database, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup_archive.ArchiveWriter, "add_rows", full)
    with pytest.raises(BackupRefused, match="No space left"):
        backups.make(source, tmp_path / "full", PASSPHRASE)
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    assert not list(source.data_dir.glob(".holding*"))
    with Session(database) as db:
        assert len(db.scalars(select(Backup)).all()) == 3, "only those that were generated"


def test_a_full_disk_leaves_the_place_as_it_was(archive, empty, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, "_write", full)
    assert refusal(archive, empty) == Refusal.UNWRITABLE
    assert list(empty.data_dir.iterdir()) == []


def test_what_killed_backups_left_goes(source, tmp_path):
    left = [tmp_path / ".one.backup.0123abcd.part", source.data_dir / ".holding-one"]
    left[0].write_bytes(b"half")
    (left[1] / "roster-models").mkdir(parents=True)
    backups.make(source, tmp_path / "first", PASSPHRASE)
    assert all(path.exists() for path in left), "another one may be under way"
    for path in left:
        os.utime(path, (0, 0))
    backups.make(source, tmp_path / "second", PASSPHRASE)
    assert not any(path.exists() for path in left)


def test_models_that_the_rows_name_are_looked_for(source, database, monkeypatch, tmp_path):
    """A version that is deleted this moment is no part of the backup; one that is there is."""
    with database.begin() as connection:
        connection.execute(text("UPDATE roster_model_version SET removed_at = NULL, folder = '1/' || id"))
    looked = []
    real = backup_files.missing

    def missing(connection, tables, holding):
        found = real(connection, tables, holding)
        looked.append(found)
        for folder in found[:2]:
            (source.data_dir / "roster-models" / folder).mkdir(parents=True, exist_ok=True)
            (source.data_dir / "roster-models" / folder / "model.joblib.sealed").write_bytes(b"x")
        return found

    monkeypatch.setattr(backup_files, "missing", missing)
    made = backups.make(source, tmp_path / "one", PASSPHRASE)
    assert looked == [["1/1", "1/2", "1/3"], ["1/3"], []]
    assert made.files == len(KEPT) + 3


def test_it_goes_into_an_empty_place_only(archive, settings, database, tmp_path):
    place = Place(settings.data_dir, settings.database)
    before = files_below(settings.data_dir)
    assert refusal(archive, place) == Refusal.NOT_EMPTY
    with database.connect():
        assert refusal(archive, place, replace=True) == Refusal.IN_USE
    database.dispose()
    with database.begin() as connection:
        connection.execute(text("DELETE FROM student"))
    database.dispose()
    done = restoring.restore(archive, PASSPHRASE, place, replace=True)
    assert len(rows(settings.database)["student"]) == 3
    aside = settings.data_dir / f"replaced-{done.replaced}"
    assert rows(f"sqlite:///{aside / 'face-check-in.sqlite3'}")["student"] == []
    assert {name: (aside / name).read_bytes() for name in KEPT} == KEPT
    assert (settings.data_dir / "secrets" / "data.key").read_bytes() == before["secrets/data.key"]


def test_a_restore_that_was_broken_off_is_done_again(archive, empty, monkeypatch):
    monkeypatch.setattr(Place, "move_in", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        restoring.restore(archive, PASSPHRASE, empty)
    monkeypatch.undo()
    with pytest.raises(RestoreUnfinished):
        load_keys(Settings(data_dir=empty.data_dir))
    restoring.restore(archive, PASSPHRASE, empty)
    assert len(rows(empty.database)["student"]) == 3
    with pytest.raises(KeyMissing):
        load_keys(Settings(data_dir=empty.data_dir))
    assert not (empty.data_dir / "secrets").exists(), "no new keys in the place of the right ones"


def test_keys_come_only_when_asked_for(source, settings, empty, tmp_path, archive):
    secret = (settings.data_dir / "secrets" / "data.key").read_text().strip()
    backups.make(source, tmp_path / "with keys", PASSPHRASE, with_keys=True)
    for path, there in ((archive, False), (tmp_path / "with keys", True)):
        held = b""
        with reading_archive(path, PASSPHRASE) as opened:
            for member in opened.members():
                held += member.content.read()
        assert (secret.encode() in held) is there
    sealed = open_vault(settings, load_keys(settings)).seal(b"face", "x")
    restoring.restore(tmp_path / "with keys", PASSPHRASE, empty)
    there = Settings(data_dir=empty.data_dir)
    assert open_vault(there, load_keys(there)).open(sealed, "x") == b"face"
    assert (empty.data_dir / "secrets" / "data.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("revision", ["0012", "0036"])
def test_an_older_backup_is_brought_forward(tmp_path, empty, revision):
    settings = Settings(data_dir=tmp_path / "old")
    keys = kept_keys(settings, load_keys(settings))
    engine = create_db_engine(settings.database)
    with engine.connect() as connection, schema.tables_may_be_rebuilt(connection):
        schema.migrate(connection, revision)
        fill(connection)
        connection.commit()
    made = backups.make(Source(engine, settings.data_dir, keys), tmp_path / "old.backup", PASSPHRASE)
    engine.dispose()
    assert made.schema == revision
    done = restoring.restore(made.path, PASSPHRASE, empty)
    assert (done.head["schema"], done.schema) == (revision, schema.head())
    assert len(rows(empty.database)["attendance"]) == 3


class TestCommands:
    @pytest.fixture
    def command(self, settings, monkeypatch):
        monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("FACE_CHECKIN_BACKUP_KEY", PASSPHRASE)
        return program.main

    def test_there_and_back(self, command, settings, tmp_path, capsys):
        engine = create_db_engine(settings.database)
        with engine.begin() as connection:  # Generated entries are not authenticated.
            connection.execute(text("DELETE FROM audit_entry"))
            connection.execute(text("DELETE FROM audit_head"))
        engine.dispose()
        file, into = str(tmp_path / "one.backup"), tmp_path / "into"
        assert command(["backup", file]) == 0
        assert command(["backup", file]) == 65
        assert "exists:" in capsys.readouterr().err
        assert command(["backups", "--check", file]) == 0
        assert "is whole" in capsys.readouterr().out
        assert command(["restore", file]) == 65
        assert command(["restore", file, "--into", str(into)]) == 0
        said = capsys.readouterr()
        assert "Removed once more" in said.out
        assert f"{into / 'secrets' / 'data.key'} is not there" in said.err
        program_there = {"FACE_CHECKIN_DATA_DIR": str(into)}
        with pytest.MonkeyPatch.context() as there:
            there.setenv("FACE_CHECKIN_DATA_DIR", program_there["FACE_CHECKIN_DATA_DIR"])
            assert command(["migrate"]) == 0
            assert command(["keys", "forget"]) == 66
            assert "the restored data need it" in capsys.readouterr().err
            (settings.data_dir / "secrets").rename(into / "secrets")
            assert command(["audit", "verify"]) == 0

    def test_a_replacement_is_in_the_audit_log(self, command, settings, tmp_path):
        engine = create_db_engine(settings.database)
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM audit_entry"))
            connection.execute(text("DELETE FROM audit_head"))
        engine.dispose()
        file = str(tmp_path / "one.backup")
        assert command(["backup", file]) == 0
        assert command(["restore", file, "--replace"]) == 0
        with Session(create_db_engine(settings.database)) as db:
            assert [one.action for one in db.scalars(select(AuditEntry))] == ["backup_restored"]
            assert db.scalar(select(Student.name).where(Student.id == 1)) == "1 김민서"

    def test_the_list_of_backups(self, command, tmp_path, capsys):
        file = tmp_path / "one.backup"
        command(["backup", str(file)])
        capsys.readouterr()
        assert command(["backups"]) == 0
        line = next(line for line in capsys.readouterr().out.splitlines() if "one.backup" in line)
        number = line.split()[0]
        assert command(["backups", "--forget", number]) == 0
        assert command(["backups", "--forget", number]) == 1

    def test_a_passphrase_is_needed(self, command, tmp_path, monkeypatch, capsys):
        monkeypatch.delenv("FACE_CHECKIN_BACKUP_KEY")
        assert command(["backup", str(tmp_path / "x")]) == 65
        assert "no_key:" in capsys.readouterr().err
        (tmp_path / "key").write_text("short\n")
        assert command(["backup", str(tmp_path / "x"), "--key-file", str(tmp_path / "key")]) == 65
        (tmp_path / "key").write_text(f"{PASSPHRASE}\n")
        assert command(["backup", str(tmp_path / "x"), "--key-file", str(tmp_path / "key")]) == 0
