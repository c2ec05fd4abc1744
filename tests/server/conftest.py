"""A server on a data folder of its own, with the real networks, and the people who use it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from recognition.engine import FaceEngine
from server import create_app, demo_pictures, schema
from server.models import Account, Course, Role, Student
from server.runtime import Runtime
from server.services import class_sessions, courses, demo, enrolment
from server.settings import Settings
from tests.server.people import Auth, DemoClass, Visitor, make_account


@pytest.fixture(scope="session")
def engine(weights_dir: Path) -> FaceEngine:
    """The real networks, loaded once."""
    engine = FaceEngine.load(weights_dir)
    engine.warm_up()
    return engine


@pytest.fixture(autouse=True)
def no_foreign_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests start from the defaults, whatever the environment says."""
    for name in os.environ:
        if name.startswith("FACE_CHECKIN_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    """Every test has an app of its own with the same addresses: what puts them together is compiled once."""
    compiled = Rule._compile_builder
    builders = {}

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in builders:
            builders[key] = compiled(rule, append_unknown)
        return builders[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session")
def data_folders(
    tmp_path_factory: pytest.TempPathFactory, demo_people: Path, engine: FaceEngine
) -> dict[str, Path]:
    """Data folders to copy: one with an empty database, one with the demo class."""
    assert demo_pictures.up_to_date(demo_people, engine.embedder_id), "the demo is outdated: run `make setup`"
    folders = {}
    for name in ("empty", "demo"):
        folders[name] = tmp_path_factory.mktemp(name) / "data"
        app = create_app(Settings(data_dir=folders[name], threads=4))
        runtime: Runtime = app.extensions["face_checkin"]
        schema.upgrade(runtime.database, folders[name])
        if name == "demo":
            with runtime.sessions() as db:
                demo.create(db, runtime)
        runtime.stop()
    return folders


@pytest.fixture
def settings(tmp_path: Path, data_folders: dict[str, Path], request: pytest.FixtureRequest) -> Settings:
    """Settings with a data folder of the test's own."""
    kind = "demo" if "demo_class" in request.fixturenames else "empty"
    shutil.copytree(data_folders[kind], tmp_path / "data")
    return Settings(data_dir=tmp_path / "data", threads=8, liveness="off")


@pytest.fixture
def app(settings: Settings, engine: FaceEngine) -> Iterator[Flask]:
    app = create_app(settings, engine=engine)
    app.testing = True
    runtime: Runtime = app.extensions["face_checkin"]
    runtime.start()
    # It would write in the middle of a test whenever a minute is over.
    runtime._status.stop()
    yield app
    runtime.stop()


@pytest.fixture
def runtime(app: Flask) -> Runtime:
    runtime: Runtime = app.extensions["face_checkin"]
    return runtime


@pytest.fixture
def db(runtime: Runtime) -> Iterator[Session]:
    with runtime.sessions() as db:
        yield db


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def administrator(db: Session) -> Account:
    return make_account(db, "admin@school.example", Role.ADMINISTRATOR)


@pytest.fixture
def instructor(db: Session) -> Account:
    return make_account(db, "kim@school.example", Role.INSTRUCTOR)


@pytest.fixture
def auth(app: Flask) -> Auth:
    return Auth(app)


@pytest.fixture
def demo_class(db: Session, demo_people: Path) -> DemoClass:
    """The demo class, open, with its model loaded."""
    (session,) = class_sessions.open_sessions(db)
    probes = {
        db.query(Student).filter_by(number=person.number).one().id: [
            (demo_people / person.id / "probe" / name).read_bytes() for name in person.probes
        ]
        for person in demo.load_people(demo_people).values()
    }
    return DemoClass(session.course, session, probes)


@pytest.fixture
def visitor(client: FlaskClient, demo_class: DemoClass) -> Visitor:
    """Somebody at a browser that shows the demo class."""
    return Visitor(client, demo_class.session.id)


@pytest.fixture
def course(db: Session, instructor: Account) -> Course:
    return courses.create(db, instructor, "CS101", "Seeing machines", "Asia/Seoul", 10)


@pytest.fixture
def enrol_face(db: Session, runtime: Runtime, demo_people: Path) -> Callable[..., Student]:
    """Puts a synthetic person on a course's roster as an ordinary student, with photos."""

    def enrol(course: Course, person: str, number: str, photos: int = 3) -> Student:
        student = courses.add_student(db, course, number, person.title())
        enrolment.record_consent(db, student, "the test")
        for path in sorted((demo_people / person / "enrol").glob("*.jpg"))[:photos]:
            outcome = enrolment.add_photo(
                db,
                course,
                student,
                path.read_bytes(),
                engine=runtime.engine,
                vault=runtime.vault,
                models=runtime.models,
            )
            assert outcome.accepted, outcome
        return student

    return enrol


@pytest.fixture
def probes(demo_people: Path) -> Callable[[str], list[bytes]]:
    """A synthetic person's pictures that nobody is enrolled from."""

    def of(person: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted((demo_people / person / "probe").glob("*.jpg"))]

    return of
