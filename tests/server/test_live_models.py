"""The models that serve: swapped when there are new ones, kept when the new ones are broken."""

import logging
import shutil
import threading

import pytest
from sqlalchemy import select

from recognition.exceptions import ModelRejected
from server.live_models import LiveRosterModels
from server.models import RosterModelVersion
from server.services import class_sessions, courses, roster_models
from server.services.roster_model_store import RosterModelStore


@pytest.fixture
def live(runtime):
    return LiveRosterModels(runtime.sessions, runtime.store, runtime.engine.embedder_id)


@pytest.fixture
def fitted(db, course, enrol_face, runtime):
    """A course with a model of two people and a version before that of one, and an open session."""
    enrol_face(course, "dana", "1", photos=1)
    enrol_face(course, "omar", "2", photos=1)
    class_sessions.start(db, course)
    return course


def active(db, course):
    db.rollback()
    return roster_models.active_version(db, course.id)


def sealed(runtime, version, name="model.joblib"):
    return runtime.settings.data_dir / "roster-models" / version.folder / f"{name}.sealed"


def test_courses_with_an_open_session_are_loaded(db, live, fitted):
    assert live.get(fitted.id) is None
    live.look()
    assert live.get(fitted.id).model.labels == ("1", "2")
    assert live.versions() == {fitted.id: 2}
    class_sessions.close(db, class_sessions.open_sessions(db)[0])
    live.look()
    assert live.get(fitted.id) is None


def test_a_roster_without_photos_knows_nobody(db, live, course):
    class_sessions.start(db, course)
    live.look()
    assert live.get(course.id).model.labels == ()
    assert live.get(course.id).number == 0


def test_waiting_for_a_session_that_was_just_opened(runtime, fitted):
    assert runtime.live.get(fitted.id, wait=5.0) is not None
    assert runtime.live.get(999, wait=0.05) is None


@pytest.mark.parametrize("name", ["model.joblib", "manifest.json"])
def test_a_damaged_version_leaves_the_last_good_one_serving(
    db, live, fitted, enrol_face, runtime, name, caplog
):
    live.look()
    enrol_face(fitted, "leo", "3", photos=1)
    path = sealed(runtime, active(db, fitted), name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with caplog.at_level(logging.ERROR):
        live.look()
        live.look()
    assert live.get(fitted.id).number == 2
    here = threading.get_ident()  # The app's own watch says it, too.
    assert len([one for one in caplog.records if "version 3" in one.message and one.thread == here]) == 1
    enrol_face(fitted, "kai", "4", photos=1)
    live.look()
    assert set(live.get(fitted.id).model.labels) == {"1", "2", "3", "4"}


def test_a_new_process_falls_back_to_the_version_before(db, live, fitted, runtime):
    shutil.rmtree(sealed(runtime, active(db, fitted)).parent)
    live.look()
    assert live.get(fitted.id).number == 1


def test_a_swapped_version_is_refused(db, live, fitted, runtime):
    old, new = db.scalars(select(RosterModelVersion).order_by(RosterModelVersion.number))
    shutil.copytree(sealed(runtime, old).parent, sealed(runtime, new).parent, dirs_exist_ok=True)
    with pytest.raises(ModelRejected):
        runtime.store.load(roster_models.stored(new), runtime.engine.embedder_id)


def test_another_key_or_embedder_is_refused(db, fitted, runtime):
    stored = roster_models.stored(active(db, fitted))
    stranger = RosterModelStore(runtime.store.shelf, b"x" * 32, runtime.vault)
    with pytest.raises(ModelRejected):
        stranger.load(stored, runtime.engine.embedder_id)
    with pytest.raises(ModelRejected):
        runtime.store.load(stored, "another")


def test_templates_do_not_lie_about_in_the_clear(db, fitted, runtime):
    version = active(db, fitted)
    model = runtime.store.load(roster_models.stored(version), runtime.engine.embedder_id)
    content = sealed(runtime, version).read_bytes()
    assert model.gallery.templates[0].tobytes()[:32] not in content


def test_two_updates_at_once_lose_nothing(db, course, fitted, runtime, enrol_face):
    """An update that was overtaken starts over from the newer version."""
    version = active(db, fitted)
    model = runtime.store.load(roster_models.stored(version), runtime.engine.embedder_id)
    assert roster_models.register(
        db, runtime.models, course.id, model, version.contents, "fitted", after=version
    )
    assert not roster_models.register(
        db, runtime.models, course.id, model, version.contents, "fitted", after=version
    )
    enrol_face(course, "leo", "3", photos=1)
    assert set(active(db, fitted).contents) == {"1", "2", "3"}
    assert roster_models.update(db, runtime.models, course.id) is False


def test_what_a_crash_left_undone_is_found_and_done(db, fitted, runtime, demo_people, enrol_face):
    """A photo was committed, and the process ended before the model followed."""
    assert roster_models.outdated(db, runtime.engine.embedder_id) == []
    version = active(db, fitted)
    version.contents = {"1": version.contents["1"]}
    db.commit()
    assert roster_models.outdated(db, runtime.engine.embedder_id) == [fitted.id]
    assert roster_models.update(db, runtime.models, fitted.id)
    assert roster_models.outdated(db, runtime.engine.embedder_id) == []


def test_who_joins_from_another_course_is_known_at_once(db, fitted, runtime, instructor):
    other = courses.create(db, instructor, "CS102", "Seeing further", "UTC", 10)
    courses.add_student(db, other, "1", "Dana")
    runtime.roster_changed(db, other.id)
    assert set(active(db, other).contents) == {str(courses.roster(db, other)[0].student.id)}
