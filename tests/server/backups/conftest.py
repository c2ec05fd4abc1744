"""An installation with rows in every table, a backup of it, and an empty place."""

import shutil

import pytest

from server import schema
from server.data_folder import load_keys
from server.db import create_db_engine
from server.kept_keys import kept_keys
from server.services import backup_sealing, backups
from server.services.backups import Source
from server.services.restore_place import Place
from server.settings import Settings
from tests.server.backups.archives import KEPT, PASSPHRASE
from tests.server.generated_rows import fill
from tests.server.test_postgresql import cluster

__all__ = ["cluster"]


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch):
    monkeypatch.setattr(backup_sealing, "COST", 10)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A data folder with rows in every table, to copy."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("filled") / "data")
    load_keys(settings)
    for name, content in KEPT.items():
        path = settings.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (settings.data_dir / "jobs.sqlite3").write_bytes(b"the queue")
    engine = create_db_engine(settings.database)
    schema.upgrade(engine, settings.data_dir)
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    return settings.data_dir


@pytest.fixture
def settings(filled, tmp_path):
    shutil.copytree(filled, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def database(settings):
    engine = create_db_engine(settings.database)
    yield engine
    engine.dispose()


@pytest.fixture
def source(settings, database):
    return Source(database, settings.data_dir, kept_keys(settings, load_keys(settings)))


@pytest.fixture
def archive(source, tmp_path):
    path = tmp_path / "school.backup"
    backups.make(source, path, PASSPHRASE)
    return path


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    return Place(tmp_path / "elsewhere", Settings(data_dir=tmp_path / "elsewhere").database)
