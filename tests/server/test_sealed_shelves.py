"""Sealed files in a folder and in the database behave alike."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from server import schema
from server.db import create_db_engine, create_session_factory
from server.services.sealed_shelves import FolderShelf, TableShelf, holding, shelf_of


@pytest.fixture
def sessions(tmp_path):
    engine = create_db_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    schema.upgrade(engine, tmp_path)
    yield create_session_factory(engine)
    engine.dispose()


@pytest.fixture(params=["folder", "table"])
def shelf(request, tmp_path, sessions):
    folder = FolderShelf(tmp_path / "store")
    return folder if request.param == "folder" else TableShelf(sessions, "store", folder)


def test_what_is_added_is_there_until_it_is_removed(shelf):
    shelf.add("4/one", {"model": b"m", "manifest": b"n"})
    shelf.add("40/two", {"model": b"other"})
    assert (shelf.get("4/one", "model"), shelf.names("4/one")) == (b"m", {"model", "manifest"})
    assert shelf.folders() == {"4", "40"}
    shelf.remove("4")
    assert (shelf.folders(), shelf.names("4/one")) == ({"40"}, set())
    with pytest.raises(FileNotFoundError):
        shelf.get("4/one", "model")
    shelf.remove("4")


def test_folders_are_told_level_by_level(shelf):
    shelf.add("4/one", {"model": b"m"})
    shelf.add("4/two", {"model": b"m"})
    shelf.put("upload", "0", b"part")
    assert (shelf.folders(), shelf.folders(2)) == ({"4", "upload"}, {"4/one", "4/two"})


def test_names_are_told_without_reading_what_the_files_hold(sessions, tmp_path):
    shelf = TableShelf(sessions, "store", FolderShelf(tmp_path / "store"))
    shelf.add("4/one", {"model": b"m"})
    said = []
    event.listen(sessions.kw["bind"], "before_cursor_execute", lambda *told: said.append(told[2]))
    shelf.put("4/one", "model", b"n")
    assert (shelf.names("4/one"), shelf.folders(2)) == ({"model"}, {"4/one"})
    shelf.remove("4")
    asked = [one for one in said if one.startswith("SELECT")]
    assert len(asked) == 2
    assert not any("content" in one for one in asked)


def test_a_folder_is_added_once(shelf):
    shelf.add("4/one", {"model": b"m"})
    with pytest.raises((OSError, IntegrityError)):
        shelf.add("4/one", {"model": b"other"})
    assert shelf.get("4/one", "model") == b"m"


def test_a_file_is_put_in_place_of_an_earlier_one(shelf):
    shelf.put("upload_%", "0", b"first")
    shelf.put("upload_%", "1", b"second")
    shelf.put("upload_%", "0", b"again")
    shelf.put("uploads9", "0", b"somebody else's")
    assert (shelf.get("upload_%", "0"), shelf.names("upload_%")) == (b"again", {"0", "1"})
    shelf.remove("upload_%")
    assert shelf.folders() == {"uploads9"}


def test_the_same_file_may_be_put_twice_at_once(shelf):
    """A browser that waits in vain for an answer sends a part again."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: shelf.put("upload", "0", b"part"), range(8)))
    assert (shelf.get("upload", "0"), shelf.names("upload")) == (b"part", {"0"})


def test_a_word_is_found_in_the_table_without_reading_it(sessions, tmp_path):
    shelf = TableShelf(sessions, "store", FolderShelf(tmp_path / "store"))
    shelf.add("4/one", {"model": b"before 20261234 after", "manifest": b"\x00\xff"})
    with sessions() as db:
        assert holding(db, b"20261234") == (["store/4/one/model"], 2)
        assert holding(db, b"\xff") == (["store/4/one/manifest"], 2)
        assert holding(db, b"20269999") == ([], 2)


def test_what_earlier_versions_put_into_the_folder_is_found_from_the_table(tmp_path, sessions):
    before = FolderShelf(tmp_path / "store")
    before.add("4/one", {"model": b"earlier"})
    shelf = TableShelf(sessions, "store", before)
    shelf.add("5/two", {"model": b"later"})
    assert (shelf.get("4/one", "model"), shelf.folders()) == (b"earlier", {"4", "5"})
    assert before.folders() == {"4"}
    shelf.remove("4")
    assert before.folders() == set()


def test_sqlite_keeps_files_in_the_data_folder(tmp_path, sessions):
    shelf_of("store", tmp_path, sessions).add("4/one", {"model": b"m"})
    assert (tmp_path / "store" / "4" / "one" / "model.sealed").read_bytes() == b"m"
