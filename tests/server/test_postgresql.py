"""The same promises on PostgreSQL: migrations, races, events in the order of commits."""

import os
import shutil
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import event, make_url, select, text
from sqlalchemy.exc import OperationalError, TimeoutError

from server import create_app, data_folder, schema
from server.data_key_files import DataKeyFiles
from server.db import Pool, create_db_engine
from server.jobs_turn import PostgresqlTurn
from server.models import Base, SealedFile, Student
from server.runtime import Runtime
from server.services import (
    attendance,
    class_sessions,
    demo,
    erasure,
    outbox,
    roster_models,
    sealed_shelves,
    sealed_stores,
)
from server.services.certificates import Signer
from server.settings import Settings
from tests.running_postgresql import RunningPostgresql
from tests.running_server import free_port
from tests.server.people import fresh
from tests.server.test_check_in_races import (  # noqa: F401 - collected here a second time
    at_once,
    test_a_whole_class_at_once,
    test_closing_while_students_answer_leaves_one_row_each,
    test_o_and_x_at_once_have_one_outcome,
    test_one_student_at_many_kiosks_is_recorded_once,
    test_the_same_nonce_at_once_is_one_visit,
)
from tests.server.test_check_ins import TestReplay  # noqa: F401 - likewise
from tests.server.test_self_opening import (  # noqa: F401 - likewise
    test_several_processes_open_it_once,
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A PostgreSQL server of our own on the loopback; gives the address of its databases."""
    running = RunningPostgresql.start(tmp_path_factory.mktemp("postgresql"))
    yield running.url
    running.stop()


def execute(cluster, statement, *names):
    address = cluster.replace("+psycopg", "") + "postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="module")
def demo_folder(cluster, tmp_path_factory, data_folders):
    """A data folder and a database with the demo class, to copy."""
    execute(cluster, "CREATE DATABASE {}", "demo")
    folder = tmp_path_factory.mktemp("demo") / "data"
    app = create_app(Settings(data_dir=folder, database_url=cluster + "demo", threads=4))
    runtime = app.extensions["face_checkin"]
    schema.upgrade(runtime.database, folder)
    with runtime.sessions() as db:
        demo.create(db, runtime)
    runtime.stop()
    return folder


@pytest.fixture
def settings(cluster, demo_folder, tmp_path):
    execute(cluster, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "test")
    execute(cluster, "CREATE DATABASE {} TEMPLATE {}", "test", "demo")
    shutil.copytree(demo_folder, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data", database_url=cluster + "test", threads=8)


def test_the_migrations_make_the_models(runtime):
    assert runtime.database.dialect.name == "postgresql"
    assert schema.up_to_date(runtime.database)
    with runtime.database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_models_and_uploads_are_in_the_database(runtime, settings, db, demo_class):
    """And a rotation of the key seals them anew; a replica with another data folder finds them."""
    runtime.uploads.write("upload", 0, b"part of a ZIP")
    version = roster_models.active_version(db, demo_class.course.id)
    assert not (settings.data_dir / "roster-models").exists()
    assert not (settings.data_dir / "uploads").exists()
    DataKeyFiles(settings.data_dir / "secrets").rotate()
    vault = data_folder.open_vault(settings, data_folder.load_keys(settings))
    left = sealed_stores.outdated(db, vault, settings.data_dir)
    assert "sealed_file: 3" in list(sealed_stores.reseal(db, vault, settings.data_dir))
    assert (left >= 3, sealed_stores.outdated(db, vault, settings.data_dir)) == (True, 0)
    present = data_folder.load_keys(settings)
    keys = {f"{name}_key": getattr(present, name).hex() for name in ("data", "model", "audit", "certificate")}
    elsewhere = settings.model_copy(
        update={
            "data_dir": settings.data_dir.with_name("elsewhere"),
            **{name: SecretStr(key) for name, key in keys.items()},
        }
    )
    replica = Runtime(elsewhere, engine=runtime.engine)
    assert replica.store.load(roster_models.stored(version), runtime.engine.embedder_id).labels
    assert replica.uploads.read("upload", 0) == b"part of a ZIP"
    replica.uploads.delete("upload")
    assert runtime.uploads.folders() == set()
    assert sealed_shelves.holding(db, b"part of a ZIP") == ([], 2)
    assert sealed_shelves.holding(db, version_head(db))[0] == [f"roster-models/{version.folder}/model.joblib"]
    replica.stop()


def test_who_is_erased_is_in_no_model_of_the_database(runtime, settings, db, demo_class):
    signer = Signer(runtime.keys.certificate)
    place = erasure.Place(settings.data_dir, runtime.models, runtime.audit, signer, lambda _course: None)
    before = set(db.scalars(select(SealedFile.path)))
    student = db.get(Student, demo_class.student_of(0))
    certificate = erasure.summary(erasure.erase(db, student, place, runtime.engine))
    assert certificate["clean"], certificate
    version = roster_models.active_version(fresh(db), demo_class.course.id)
    after = set(db.scalars(select(SealedFile.path)))
    assert after == {f"roster-models/{version.folder}/{name}" for name in ("model.joblib", "manifest.json")}
    assert not before & after, "the model that held them is gone"
    assert certificate["searched"]["files"] >= len(after)


def version_head(db):
    """The first bytes of the only model's file, which no other file has: a random nonce is among them."""
    (content,) = db.scalars(select(SealedFile.content).where(SealedFile.path.endswith("model.joblib")))
    return content[:20]


def test_a_visit_ends_in_one_event(visitor, demo_class, db):
    visit = visitor.show(demo_class.probes[demo_class.student_of(0)][:3]).json
    assert visitor.answer(visit["id"], "O").json["attendance"]["status"] == "present"
    assert [one.type for one in outbox.after(fresh(db), 1)] == ["attendance"]
    class_sessions.close(db, demo_class.session)
    assert [one.type for one in outbox.after(fresh(db), 2)] == ["session"]


def test_events_become_visible_in_the_order_of_their_ids(runtime, demo_class):
    """A reader that remembers the last id it saw must never step over one that commits later."""
    slow, seen = threading.Event(), threading.Event()

    def add(name):
        with runtime.sessions() as db:
            session = class_sessions.open_sessions(db)[0]
            if name == "slow":
                event.listen(db, "before_commit", lambda _: (slow.set(), seen.wait(1)))
            outbox.add(db, session, "visit", {"name": name})
            db.commit()

    first = threading.Thread(target=add, args=("slow",))
    second = threading.Thread(target=add, args=("quick",))
    first.start()
    slow.wait(5)
    second.start()
    with runtime.sessions() as db:
        assert outbox.after(db, 1) == []
        seen.set()
        first.join()
        second.join()
        names = [one.payload["name"] for one in outbox.after(fresh(db), 1)]
    assert names == ["slow", "quick"]


def test_what_one_replica_records_another_tells_at_once(runtime, settings, demo_class, db, instructor):
    other = create_app(settings).extensions["face_checkin"]
    subscription = other.events.subscribe(demo_class.session.id, None)
    student = db.get(Student, demo_class.student_of(0))
    attendance.mark(db, demo_class.session, student, "excused", instructor)
    recorded = time.monotonic()
    told = next(subscription.events(heartbeat=5))
    assert time.monotonic() - recorded < 1
    assert (told.type, told.payload["student"]["id"]) == ("attendance", student.id)
    other.stop()


def test_removing_the_demo_class(db, runtime, demo_class):
    demo.remove(db, runtime)
    assert demo.state(db).exists is False


class TestConnections:
    def test_a_statement_is_given_up(self, settings):
        engine = create_db_engine(settings.database, Pool(statement_timeout_s=0.05))
        with engine.connect() as connection, pytest.raises(OperationalError, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(5)"))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()

    def test_a_connection_that_the_database_closed_is_replaced(self, cluster, settings):
        engine = create_db_engine(settings.database, Pool(size=1, overflow=0))
        with engine.connect() as connection:
            process = connection.scalar(text("SELECT pg_backend_pid()"))
        execute(cluster, f"SELECT pg_terminate_backend({process})")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) != process
        engine.dispose()

    def test_no_more_are_opened_than_are_allowed(self, settings):
        engine = create_db_engine(settings.database, Pool(size=2, overflow=1))
        held = [engine.connect() for _ in range(3)]
        assert engine.pool.checkedout() == 3
        engine.pool._timeout = 0.05
        with pytest.raises(TimeoutError):
            engine.connect()
        for one in held:
            one.close()
        engine.dispose()

    def test_pgbouncer_in_transaction_mode(self, cluster, settings, tmp_path):
        """Each transaction may have another of its two connections; prepared statements would be lost."""
        with pgbouncer(cluster, tmp_path) as address:
            engine = create_db_engine(address, Pool(size=8, prepare=False, statement_timeout_s=5))

            def ask(number):
                for turn in range(20):
                    with engine.begin() as connection:
                        assert connection.scalar(text("SELECT cast(:a AS integer)"), {"a": number}) == number
                        assert connection.scalar(text("SHOW statement_timeout")) == "5s", turn

            with ThreadPoolExecutor(8) as pool:
                list(pool.map(ask, range(8)))
            engine.dispose()


@contextmanager
def pgbouncer(cluster, folder):
    """A PgBouncer before the test's database, with two connections for everybody."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "PgBouncer is missing: `make test` installs it"
    port, behind = free_port(), make_url(cluster).port
    (folder / "users").write_text('"school" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\ntest = host=127.0.0.1 port={behind} dbname=test user=school\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = trust\n"
        f"auth_file = {folder}/users\npool_mode = transaction\ndefault_pool_size = 2\nunix_socket_dir =\n"
    )
    user = None
    if os.geteuid() == 0:  # It refuses to run as root, too.
        user = "nobody"
        for parent in (folder, *list(folder.parents)[:3]):
            parent.chmod(parent.stat().st_mode | 0o055)
    process = subprocess.Popen(
        [program, "-q", folder / "pgbouncer.ini"],
        user=user,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_listens(port)
        yield f"postgresql+psycopg://school@127.0.0.1:{port}/test"
    finally:
        process.terminate()
        process.wait()


def wait_until_it_listens(port):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


def test_one_process_has_the_turn_of_doing_the_jobs(runtime, cluster, settings):
    one, two = PostgresqlTurn(runtime.database), PostgresqlTurn(runtime.database)
    assert (one.take(), two.take(), one.kept(), two.kept()) == (True, False, True, False)
    execute(cluster, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    assert not one.kept(), "the database ended its session"
    assert two.take()
    one.leave()
    assert two.kept()
    two.leave()
    assert one.take()
    one.leave()
