"""Replicas that share a PostgreSQL database and no folder find out when their keys are not the same."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from server import __main__ as program
from server.commands.database import open_database
from server.data_folder import load_keys
from server.doctor import storage
from server.exceptions import KeysDiffer
from server.key_agreement import agree, differing
from server.settings import Settings
from tests.server.test_postgresql import cluster, execute

__all__ = ["cluster"]


@pytest.fixture
def database_url(cluster):
    execute(cluster, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "keys")
    execute(cluster, "CREATE DATABASE {}", "keys")
    return cluster + "keys"


@pytest.fixture
def replica(database_url, tmp_path):
    """A replica with a data folder of its own."""

    def of(name):
        return Settings(data_dir=tmp_path / name, database_url=database_url)

    return of


@pytest.fixture
def database(replica):
    engine = open_database(replica("one"))
    yield engine
    engine.dispose()


def agreeing(settings, database):
    agree(settings, database, load_keys(settings))


def test_another_replica_without_the_keys_does_not_start(replica, database):
    agreeing(replica("one"), database)
    agreeing(replica("one"), database)
    with pytest.raises(KeysDiffer, match="model.key .FACE_CHECKIN_MODEL_KEY. is .* here and .* there"):
        agreeing(replica("two"), database)
    (finding,) = storage.keys(replica("two"), database)
    assert (finding.state, "Others who use this database have other ones" in finding.said) == ("fault", True)


def test_of_two_that_start_at_once_one_is_first(replica, database):
    def starts(name):
        try:
            agreeing(replica(name), database)
        except KeysDiffer:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(starts, ["one", "two", "three", "four"])) == 1


@pytest.fixture
def command(database_url, tmp_path, monkeypatch):
    def run(name, *words, **variables):
        monkeypatch.setenv("FACE_CHECKIN_DATABASE_URL", database_url)
        monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(tmp_path / name))
        for variable, value in variables.items():
            monkeypatch.setenv(f"FACE_CHECKIN_{variable}", value)
        return program.main(list(words))

    return run


def test_a_rotated_key_is_the_one_that_everybody_needs(replica, database, command, monkeypatch):
    before = load_keys(replica("one")).data.hex()
    agreeing(replica("one"), database)
    new = {"DATA_KEY": "ab" * 32, "DATA_KEYS_OLDER": before}
    assert command("one", "keys", "rotate", **new) == 0
    agreeing(Settings(), database)
    for variable in new:
        monkeypatch.delenv(f"FACE_CHECKIN_{variable}")
    with pytest.raises(KeysDiffer, match=r"data\.key"):
        agreeing(replica("one"), database)


def test_lost_keys_are_given_up_by_a_command(replica, database, command, capsys):
    agreeing(replica("one"), database)
    load_keys(replica("two"))
    assert command("two", "jobs") == 66
    assert "keys accept" in capsys.readouterr().err
    assert command("two", "keys", "accept") == 0
    assert differing(replica("two"), database, load_keys(replica("two"))) == []
    with pytest.raises(KeysDiffer):
        agreeing(replica("one"), database)
