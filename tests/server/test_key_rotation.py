"""Key ids, and a rotation that can be killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select

from server import __main__ as program
from server.data_folder import load_keys, open_vault
from server.models import Base, FacePhoto, FaceTemplate
from server.services import one_time_codes, passes, roster_models, sealed_stores
from server.services.vault import Vault, VaultError, sealed_under
from tests.server.people import JPEG, fresh

REPOSITORY = Path(__file__).resolve().parents[2]
NOT_SEALED = {
    "gesture_model.model_json",
    "gesture_model.metadata_json",
    "gesture_model.weights",
    "passkey.credential_id",
    "passkey.public_key",
}
"""Binary columns without anything secret."""


@pytest.fixture
def full(db, course, enrol_face, instructor, runtime):
    """A student with photos, a card and an instructor with an authenticator app."""
    student = enrol_face(course, "dana", "20261234")
    passes.issue_card(db, runtime.vault, student, instructor)
    one_time_codes.start(db, runtime.vault, instructor)
    db.commit()
    return student.id, course.id


@pytest.fixture
def command(settings, monkeypatch):
    monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(settings.data_dir))
    return program.main


def everything_opens(db, vault, runtime, full):
    student_id, course_id = full
    for photo in fresh(db).scalars(select(FacePhoto)):
        assert vault.open_photo(photo.image_encrypted, student_id)[:2] == b"\xff\xd8"
    for one in db.scalars(select(FaceTemplate)):
        assert vault.open_template(one.vector_encrypted, student_id, one.embedder_id).any()
    version = roster_models.active_version(db, course_id)
    assert runtime.store.load(roster_models.stored(version), runtime.engine.embedder_id).labels


def test_a_rotation_seals_everything_anew(db, settings, runtime, full, command):
    before = runtime.vault.key_id
    assert command(["keys", "rotate"]) == 0
    vault = open_vault(settings, load_keys(settings))
    assert vault.key_id != before
    assert sealed_stores.outdated(fresh(db), vault, settings.data_dir) == 0
    assert command(["keys", "forget"]) == 0
    only = Vault(load_keys(settings).data)
    everything_opens(db, only, runtime, full)
    secrets = settings.data_dir / "secrets"
    assert sorted(path.name for path in secrets.glob("data*")) == ["data.key"]


def test_a_running_process_follows(db, settings, runtime, full, command):
    sealed = runtime.vault.seal(b"before", "x")
    command(["keys", "rotate"])
    assert sealed_under(runtime.vault.seal(b"after", "x")) != sealed_under(sealed)
    assert runtime.vault.open(sealed, "x") == b"before"
    everything_opens(db, runtime.vault, runtime, full)


def test_older_keys_are_not_forgotten_while_they_are_needed(db, settings, full, command, capsys):
    from server.data_key_files import DataKeyFiles

    DataKeyFiles(settings.data_dir / "secrets").rotate()
    assert command(["keys", "forget"]) == 1
    assert "run `keys rotate` first" in capsys.readouterr().err
    assert (settings.data_dir / "secrets" / "data.key.older").exists()


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_it_goes_on_after_a_kill(db, settings, runtime, full, command, lines):
    environment = {**os.environ, "FACE_CHECKIN_DATA_DIR": str(settings.data_dir)}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_AFTER.format(lines=lines)], cwd=REPOSITORY, env=environment
    )
    assert process.wait(60) == -signal.SIGKILL
    everything_opens(db, open_vault(settings, load_keys(settings)), runtime, full)
    present = (settings.data_dir / "secrets" / "data.key").read_text()
    assert command(["keys", "rotate"]) == 0
    assert (settings.data_dir / "secrets" / "data.key").read_text() == present, "the same rotation goes on"
    vault = open_vault(settings, load_keys(settings))
    assert sealed_stores.outdated(fresh(db), vault, settings.data_dir) == 0
    everything_opens(db, vault, runtime, full)


KILLED_AFTER = """
import builtins, os, signal
from server.services import sealed_stores
from server import __main__ as program
sealed_stores.BATCH = 1
real, seen = builtins.print, []
def print(*said, **options):
    seen.append(said)
    real(*said, **options)
    if len(seen) == {lines}:
        os.kill(os.getpid(), signal.SIGKILL)
builtins.print = print
program.main(["keys", "rotate"])
"""


def test_keys_in_the_environment(db, settings, runtime, full, command, monkeypatch):
    old = load_keys(settings).data.hex()
    monkeypatch.setenv("FACE_CHECKIN_DATA_KEY", "ab" * 32)
    assert command(["keys", "rotate"]) == 65, "nothing opens without the old key"
    monkeypatch.setenv("FACE_CHECKIN_DATA_KEYS_OLDER", old)
    assert command(["keys", "rotate"]) == 0
    everything_opens(db, Vault(bytes.fromhex("ab" * 32)), runtime_with(runtime, settings), full)
    monkeypatch.setenv("FACE_CHECKIN_DATA_KEYS_OLDER", "x")
    assert command(["keys", "rotate"]) == 78


def runtime_with(runtime, settings):
    """The runtime, with a store under the key of the environment."""
    runtime.store._vault = Vault(bytes.fromhex("ab" * 32))
    return runtime


def test_a_stolen_database_and_data_folder_without_its_secrets_give_no_face(db, settings, full):
    db.commit()
    for path in settings.data_dir.rglob("*"):
        if path.is_file() and path.parent.name != "secrets":
            assert JPEG not in path.read_bytes(), path
    for photo in db.scalars(select(FacePhoto)):
        with pytest.raises(VaultError):
            Vault(os.urandom(32)).open_photo(photo.image_encrypted, photo.student_id)


def test_every_binary_column_is_sealed_or_known_to_be_harmless():
    sealed = {f"{column.class_.__tablename__}.{column.key}" for column in sealed_stores.COLUMNS}
    binary = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert binary == sealed | NOT_SEALED
