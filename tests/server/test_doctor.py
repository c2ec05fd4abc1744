"""The doctor: what it looks at, what it says, and that it changes nothing."""

import http.server
import json
import shutil
import ssl
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from server import __main__ as program
from server import schema
from server.data_folder import RESTORING, load_keys, open_vault
from server.db import create_db_engine, create_session_factory
from server.doctor import parts, public, services, storage
from server.models import Backup, InstallationNote, Student, StudentPass, utc_now
from server.night import SIGN_OF_LIFE
from server.self_signed import make_certificate
from server.services import passes
from server.settings import Settings
from tests.running_server import free_port
from tests.server.post_office import PostOffice


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory):
    """A data folder with keys and an empty database, to copy."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("empty") / "data")
    load_keys(settings)
    engine = create_db_engine(settings.database)
    schema.upgrade(engine, settings.data_dir)
    engine.dispose()
    return settings.data_dir


@pytest.fixture
def settings(tmp_path, empty_folder):
    shutil.copytree(empty_folder, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def database(settings):
    engine = create_db_engine(settings.database)
    yield engine
    engine.dispose()


@pytest.fixture
def rows(database):
    with create_session_factory(database)() as db:
        yield db


def told(findings, subject):
    """State and words about a subject; the one with most to do."""
    about = [one for one in findings if one.subject == subject]
    assert about, findings
    worst = max(about, key=lambda one: ["ok", "warning", "fault"].index(one.state))
    return worst.state, worst.said


class TestCommand:
    def test_it_looks_at_everything_and_changes_nothing(self, settings, monkeypatch, capsys, tmp_path):
        monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("FACE_CHECKIN_PORT", str(free_port()))
        before = contents(settings.data_dir)
        assert program.main(["doctor"]) == 1
        said = capsys.readouterr().out
        for subject in ("weights", "web pages", "keys", "schema", "clock", "backups", "jobs", "processor"):
            assert f"{subject}: " in said
        assert "FAULT" not in said
        assert contents(settings.data_dir) == before
        monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(tmp_path / "nothing"))
        assert program.main(["doctor", "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["state"] == "warning"
        assert not (tmp_path / "nothing").exists()

    def test_a_fault_has_an_exit_code_of_its_own(self, settings, monkeypatch, capsys, tmp_path):
        monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("FACE_CHECKIN_WEB_DIST", str(tmp_path))
        monkeypatch.setenv("FACE_CHECKIN_WORKER", "3")
        assert program.main(["doctor"]) == 3
        said = capsys.readouterr().out
        assert "make build" in said
        assert "Did you mean FACE_CHECKIN_WORKERS?" in said


def contents(folder):
    files = (
        path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    )
    return {path: path.read_bytes() for path in files if not path.name.endswith(("-shm", "-wal"))}


def test_weights_that_were_changed(settings, tmp_path, weights_dir):
    for path in weights_dir.glob("*.*"):
        (tmp_path / path.name).symlink_to(path)
    changed = settings.model_copy(update={"weights_dir": tmp_path})
    assert told(parts.networks(changed), "weights")[0] == "ok"
    one = next(tmp_path.glob("*.onnx"))
    one.unlink()
    one.write_bytes(b"something else")
    assert told(parts.networks(changed), "weights")[0] == "fault"


def test_a_device_that_is_not_there(settings):
    assert told(parts.processor(settings.model_copy(update={"device": "GPU.9"})), "device")[0] == "fault"


class TestStorage:
    def test_a_folder_that_others_can_look_into(self, settings):
        settings.data_dir.chmod(0o755)
        assert "chmod 700" in storage.data_folder(settings)[0].do
        settings.data_dir.chmod(0o700)
        assert told(storage.data_folder(settings), "data folder")[0] == "ok"
        (settings.data_dir / RESTORING).touch()
        assert told(storage.data_folder(settings), "data folder")[0] == "fault"

    def test_a_full_disk(self, settings, monkeypatch):
        assert told(storage.disk(settings), "disk")[0] in {"ok", "warning"}
        monkeypatch.setattr(storage, "LEAST_FREE", 1 << 60)
        assert told(storage.disk(settings), "disk")[0] == "fault"

    def test_keys_that_do_not_fit(self, settings, database, rows):
        load_keys(settings)
        assert told(storage.keys(settings, database), "keys")[0] == "ok"
        student = Student(number="1", name="Ahn")
        rows.add(student)
        rows.flush()
        card = StudentPass(student_id=student.id, kind="card", token_hash="x")
        card.secret_sealed = open_vault(settings, load_keys(settings)).seal(b"card", passes.purpose(card))
        rows.add(card)
        rows.commit()
        assert "samples of 1 kinds" in told(storage.keys(settings, database), "keys")[1]
        secrets = settings.data_dir / "secrets"
        right = (secrets / "data.key").read_text()
        (secrets / "data.key").write_text("ab" * 32)
        assert "student_pass: sealed under another key" in told(storage.keys(settings, database), "keys")[1]
        (secrets / "data.key").unlink()
        assert told(storage.keys(settings, database), "keys")[0] == "fault"
        assert not (secrets / "data.key").exists()
        (secrets / "data.key").write_text(right)
        (secrets / "data.key").chmod(0o644)
        assert "data.key" in told(storage.keys(settings, database), "keys")[1]

    def test_keys_of_the_environment_need_no_files(self, settings, database):
        keys = load_keys(settings)
        shutil.rmtree(settings.data_dir / "secrets")
        names = ("data", "model", "audit", "certificate")
        given = {f"{name}_key": SecretStr(getattr(keys, name).hex()) for name in names}
        elsewhere = settings.model_copy(update={**given, "secret_key": SecretStr(keys.session)})
        assert told(storage.keys(elsewhere, database), "keys")[0] == "ok"
        state, said = told(storage.keys(settings.model_copy(update=given), database), "keys")
        assert (state, said.split()[0]) == ("warning", "session.key")

    def test_old_backups(self, settings, database, rows):
        assert told(storage.backups(settings, database), "backups") == ("warning", "None was ever made.")
        made = Backup(archive_id="1", path="x", with_keys=False, nightly=True, size=1, made_at=utc_now())
        rows.add(made)
        rows.commit()
        assert told(storage.backups(settings, database), "backups")[0] == "ok"
        made.made_at = utc_now() - timedelta(days=3)
        rows.commit()
        assert "3 days ago" in told(storage.backups(settings, database), "backups")[1]


class TestServices:
    def test_a_database_of_another_version(self, settings, database):
        assert told(services.database(settings, database), "schema")[0] == "ok"
        with database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0036'"))
        assert told(services.database(settings, database), "schema")[0] == "warning"
        with database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert told(services.database(settings, database), "schema")[0] == "fault"

    def test_a_damaged_database(self, settings, database, rows):
        rows.add_all(Student(number=str(number), name="Ahn") for number in range(500))
        rows.commit()
        rows.close()
        database.dispose()
        path = settings.data_dir / "face-check-in.sqlite3"
        content = bytearray(path.read_bytes())
        content[-20000:] = bytes(20000)
        path.write_bytes(content)
        assert told(services.database(settings, database), "database")[0] == "fault"

    def test_a_database_that_is_away(self, settings):
        away = create_db_engine(f"postgresql+psycopg://me:hunter2@127.0.0.1:{free_port()}/x")
        ((state, said),) = [(one.state, one.said) for one in services.database(settings, away)]
        assert state == "fault"
        assert "hunter2" not in said

    def test_jobs_that_stopped(self, settings, database, rows):
        assert told(services.jobs(settings, database), "jobs")[0] == "warning"
        rows.add(InstallationNote(key=SIGN_OF_LIFE, value={"at": utc_now().isoformat()}))
        rows.commit()
        assert told(services.jobs(settings, database), "jobs")[0] == "ok"
        long_ago = (utc_now() - timedelta(hours=2)).isoformat()
        rows.merge(InstallationNote(key=SIGN_OF_LIFE, value={"at": long_ago}))
        rows.commit()
        assert told(services.jobs(settings, database), "jobs")[0] == "fault"

    def test_a_clock_that_went_back(self, settings, database):
        assert told(services.clock(settings, database), "clock")[0] in {"ok", "warning"}
        with database.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO audit_entry (number, at, action, subject, detail, mac)"
                    " VALUES (1, '2099-01-01 00:00:00', 'x', '', '{}', '')"
                )
            )
        assert told(services.clock(settings, database), "clock")[0] == "fault"

    def test_redis_that_is_away(self, settings):
        away = Settings(data_dir=settings.data_dir, redis_url=f"redis://127.0.0.1:{free_port()}/0")
        assert told(services.queue(away), "queue")[0] == "fault"
        assert told(services.queue(settings), "queue")[0] == "ok"
        elsewhere = settings.model_copy(update={"jobs": False})
        assert "with the same folder" in told(services.queue(elsewhere), "queue")[1]

    def test_the_mail_server(self, settings):
        office = PostOffice()
        there = Settings(smtp_url=office.url, smtp_from="a@school.example")
        assert told(services.mails(there), "mail")[0] == "ok"
        assert office.letters == []
        office.shutdown()
        office.server_close()
        assert told(services.mails(there), "mail")[0] == "fault"


class Answers(http.server.BaseHTTPRequestHandler):
    """What a proxy in front makes of the app's answers."""

    headers_to_send: dict[str, str] = {}
    sent_at: datetime | None = None

    def do_GET(self):
        self.send_response_only(200)
        self.send_header("Date", format_datetime(self.sent_at or datetime.now(UTC), usegmt=True))
        for name, value in self.headers_to_send.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def front(tmp_path):
    """Starts an https server on this machine."""
    started = []

    def start(headers, sent_at=None):
        chain, key = make_certificate(tmp_path / "tls", ["localhost", "127.0.0.1"])
        handler = type("These", (Answers,), {"headers_to_send": headers, "sent_at": sent_at})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        started.append(server)
        return f"https://127.0.0.1:{server.server_port}"

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


GOOD = {"Permissions-Policy": "camera=(self)", "Strict-Transport-Security": "max-age=1"}


class TestPublicAddress:
    def test_one_that_is_as_it_should_be(self, front):
        found = public.reached(Settings(public_url=front(GOOD), trusted_proxies=1))
        assert told(found, "public address")[0] == "ok"
        assert told(found, "camera")[0] == "ok"
        assert told(found, "clock")[0] == "ok"
        assert told(found, "proxy")[0] == "ok"
        state, said = told(found, "certificate")
        assert (state, "self-signed" in said or "self signed" in said) == ("warning", True)

    def test_one_that_takes_the_camera_away(self, front):
        found = public.reached(Settings(public_url=front(GOOD | {"Permissions-Policy": "camera=()"})))
        assert told(found, "camera")[0] == "fault"

    def test_a_proxy_that_nobody_trusts(self, front):
        found = public.reached(Settings(public_url=front({"Permissions-Policy": "camera=(self)"})))
        assert told(found, "proxy")[0] == "fault"

    def test_a_proxy_that_everybody_can_be(self, front):
        found = public.reached(Settings(public_url=front(GOOD), trusted_proxies=1, host="0.0.0.0"))
        assert told(found, "proxy")[0] == "warning"

    def test_another_time(self, front):
        late = datetime.now(UTC) - timedelta(minutes=5)
        found = public.reached(Settings(public_url=front(GOOD, late), trusted_proxies=1))
        assert told(found, "clock")[0] == "warning"

    def test_plain_http_elsewhere(self):
        found = public.reached(Settings(public_url=f"http://school.invalid:{free_port()}"))
        assert told(found, "camera")[0] == "fault"
        assert told(found, "public address")[0] == "warning"
