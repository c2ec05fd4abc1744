"""Erasing a student, and giving out what is kept about one."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from server import __main__ as program
from server.models import AuditEntry, Course, Student
from server.services import attendance, class_sessions, courses, erasure, pins
from server.services.certificates import Signer, as_file, holds
from server.services.erasure import Place
from tests.server.pages.conftest import Browser
from tests.server.people import Auth, fresh

NUMBER = "20261234"


@pytest.fixture
def place(runtime, settings):
    return Place(
        settings.data_dir,
        runtime.models,
        runtime.audit,
        Signer(runtime.keys.certificate),
        runtime.jobs.refit_roster,
    )


@pytest.fixture
def student(db, course, enrol_face, instructor):
    """Somebody with everything that the software keeps, beside a classmate."""
    found = enrol_face(course, "dana", NUMBER)
    enrol_face(course, "leo", "20265678")
    session = class_sessions.start(db, course)
    attendance.mark(db, session, found, "late", instructor)
    pins.set_new(db, found, instructor)
    return found


def test_nothing_is_left_and_the_certificate_says_so(db, runtime, place, student, course, settings):
    student_id, course_id = student.id, course.id
    made = erasure.erase(db, student, place, runtime.engine)
    said = json.loads(made.body)
    assert made.clean, said
    assert said["deleted"]["face_photo"] == 3
    assert said["deleted"]["attendance"] == 1
    assert said["searched"]["photos_shown_to_the_models"] == 3
    assert said["searched"]["files"] > 3
    assert db.get(Student, student_id) is None
    assert [one.student.number for one in courses.roster(db, db.get(Course, course_id))] == ["20265678"]
    for path in settings.data_dir.rglob("*"):
        assert not path.is_file() or NUMBER.encode() not in path.read_bytes(), path
    assert NUMBER not in made.body
    assert "Dana" not in made.body


def test_the_classmate_is_still_known(db, runtime, place, student, course, probes):
    course_id = course.id
    erasure.erase(db, student, place, runtime.engine)
    trace = erasure.Trace(0, "none", "none", (course_id,), tuple(probes("leo")[:1]))
    tried, recognised = erasure._recognised(db, trace, place, runtime.engine)
    assert (tried, recognised) == (1, 0)
    leo = db.scalar(select(Student).where(Student.number == "20265678"))
    trace = erasure.Trace(leo.id, "none", "none", (course_id,), tuple(probes("leo")[:1]))
    assert erasure._recognised(db, trace, place, runtime.engine) == (1, 1)


def test_whatever_is_left_is_found(db, runtime, place, student, course, settings):
    trace = erasure.Trace(student.id, student.number, student.name, (course.id,), ())
    db.commit()
    (settings.data_dir / "export.csv").write_text(f"{NUMBER},Dana")
    said = json.loads(erasure.certify(db, trace, {}, place, runtime.engine).body)
    assert not said["clean"]
    assert "face_template.student_id" in said["found_afterwards"]["rows"]
    assert "student.number" in said["found_afterwards"]["rows"]
    assert "outbox_event.payload" in said["found_afterwards"]["rows"]
    assert "export.csv" in said["found_afterwards"]["files"]
    assert said["found_afterwards"]["model_versions"]


def test_a_certificate_cannot_be_changed(db, runtime, place, student):
    made = erasure.erase(db, student, place, runtime.engine)
    text = as_file(made, place.signer.public_key)
    assert holds(text, place.signer.public_key)
    assert not holds(text.replace("true", "fals"), place.signer.public_key)
    assert not holds(text, Signer(bytes(32)).public_key)
    assert not holds("{}", place.signer.public_key)


def test_the_command_erases_and_checks(db, student, settings, monkeypatch, capsys, tmp_path):
    db.commit()
    monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(settings.data_dir))
    assert program.main(["erase", "nobody"]) == 1
    assert program.main(["erase", NUMBER]) == 0
    certificate = tmp_path / "certificate.json"
    certificate.write_text(capsys.readouterr().out)
    assert program.main(["erase", NUMBER, "--check", str(certificate)]) == 0
    assert program.main(["erase", "20265678", "--check", str(certificate)]) == 65
    certificate.write_text(certificate.read_text().replace("clean", "dirty"))
    assert program.main(["erase", "--check", str(certificate)]) == 65
    entry = fresh(db).scalars(select(AuditEntry)).one()
    assert entry.action == "student_erased"


class TestPages:
    @pytest.fixture
    def operator(self, app, administrator):
        return Browser(Auth(app).sign_in(administrator))

    def test_everything_is_shown_and_given_out(self, operator, db, student):
        student_id = student.id
        db.commit()
        assert f"/personal-data/{student_id}" in operator.get("/personal-data?q=dan").text
        page = operator.get(f"/personal-data/{student_id}").text
        assert "late" in page
        assert "argon2" not in page
        answer = operator.get(f"/personal-data/{student_id}/export.zip")
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
        told = json.loads(archive.read("data.json"))
        assert told["student"]["number"] == NUMBER
        assert told["attendance"][0]["status"] == "late"
        assert len(told["embeddings"]) == 3
        assert "pin_hash" not in told["student_pin"][0]
        photos = [name for name in archive.namelist() if name.startswith("photos/")]
        assert len(photos) == 3
        assert archive.read(photos[0])[:2] == b"\xff\xd8"
        assert "Dana" in archive.read("index.html").decode()
        written = fresh(db).scalars(select(AuditEntry)).one()
        assert (written.action, written.subject) == ("data_exported", f"student:{student_id}")

    def test_erasing_takes_the_number_once_more(self, operator, db, student):
        student_id = student.id
        db.commit()
        url = f"/personal-data/{student_id}/erasure"
        assert operator.post(url, {"number": "20260000"}).status_code == 422
        answer = operator.post(url, {"number": NUMBER})
        assert "Nothing left" in answer.text
        assert operator.get(f"/personal-data/{student_id}").status_code == 404
        assert operator.get("/personal-data/certificates/1.json").json["public_key"]
        assert operator.get("/personal-data/certificates/2").status_code == 404

    def test_it_is_for_administrators_only(self, app, instructor, student):
        theirs = Browser(Auth(app).sign_in(instructor))
        for path in ("", f"/{student.id}", f"/{student.id}/export.zip", "/certificates/1"):
            assert theirs.get(f"/personal-data{path}").status_code == 403
