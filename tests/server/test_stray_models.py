"""Roster models that no version names do not stay."""

from types import SimpleNamespace

import pytest

from server.models import RosterModelVersion, utc_now
from server.services import stray_models
from server.services.roster_model_store import RosterModelStore
from server.services.sealed_shelves import FolderShelf, TableShelf


@pytest.fixture(params=["folder", "table"])
def store(request, tmp_path, runtime):
    folder = FolderShelf(tmp_path / "store")
    shelf = folder if request.param == "folder" else TableShelf(runtime.sessions, "store", folder)
    return RosterModelStore(shelf, b"k" * 32, SimpleNamespace())


@pytest.fixture
def versions(db, course, store):
    """One that serves, one that was removed and whose files stayed, and one without a row."""
    course_id = course.id
    db.commit()
    for folder in ("serves", "removed", "unnamed"):
        store.shelf.add(f"{course_id}/{folder}", {"model.joblib": b"sealed"})
    for number, folder in enumerate(("serves", "removed"), 1):
        db.add(
            RosterModelVersion(
                course_id=course_id,
                number=number,
                kind="fitted",
                folder=f"{course_id}/{folder}",
                manifest_sha256="",
                embedder_id="sface",
                contents={},
                figures={},
                is_active=folder == "serves",
                removed_at=utc_now() if folder == "removed" else None,
            )
        )
    db.commit()


def test_what_is_a_stray_twice_is_deleted(db, course, store, versions):
    assert stray_models.forget(db, store) == 0
    assert len(store.folders()) == 3, "one of them may be a version that is just being made"
    assert stray_models.forget(db, store) == 2
    assert store.folders() == {f"{course.id}/serves"}
    assert stray_models.forget(db, store) == 0


def test_what_got_its_row_meanwhile_stays(db, course, store, versions):
    stray_models.forget(db, store)
    removed = db.query(RosterModelVersion).filter_by(number=2).one()
    removed.removed_at = None
    db.commit()
    assert stray_models.forget(db, store) == 1
    assert store.folders() == {f"{course.id}/serves", f"{course.id}/removed"}


def test_what_a_killed_process_left_half_written_goes(db, tmp_path):
    folder = tmp_path / "store"
    shelf = FolderShelf(folder)
    store = RosterModelStore(shelf, b"k" * 32, SimpleNamespace())
    (folder / "4" / "one.part").mkdir(parents=True)
    (folder / "4" / "one.part" / "model.joblib.sealed").write_bytes(b"half")
    assert [stray_models.forget(db, store) for _ in range(3)] == [0, 1, 0]
    assert store.folders() == set()
