"""Photos that have had their time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server import __main__ as program
from server.auth import lifetime
from server.models import AuditEntry, Consent, FacePhoto, Student, utc_now
from server.night import Night
from server.services import class_sessions, courses, retention, roster_models
from tests.server.people import fresh

DAYS = 30


@pytest.fixture
def student(db, course, enrol_face):
    found = enrol_face(course, "dana", "20261234")
    class_sessions.start(db, course)
    return found


def in_days(days):
    return utc_now() + timedelta(days=days)


def numbers(found):
    return [one.student.number for one in found]


def test_they_are_due_after_the_last_lesson(db, student):
    assert retention.due(db, DAYS, in_days(29)) == []
    (found,) = retention.due(db, DAYS, in_days(31))
    assert (found.student.number, found.photos) == ("20261234", 3)


def test_a_lesson_in_another_course_keeps_them(db, student, instructor):
    other = courses.create(db, instructor, "CS102", "More of it", "Asia/Seoul", 10)
    courses.add_student(db, other, student.number, student.name)
    session = class_sessions.start(db, other)
    session.starts_at = in_days(20)
    db.commit()
    assert retention.due(db, DAYS, in_days(31)) == []
    assert numbers(retention.due(db, DAYS, in_days(51))) == ["20261234"]


def test_lessons_after_leaving_do_not_count(db, student, course):
    courses.drop_student(db, course, student)
    session = db.scalars(select(class_sessions.ClassSession)).one()
    session.starts_at = in_days(20)
    db.commit()
    assert numbers(retention.due(db, DAYS, in_days(31))) == ["20261234"]


def test_what_is_due_goes_and_the_rest_stays(db, runtime, student, course):
    course_id, student_id = course.id, student.id
    done = retention.purge(db, runtime.models, runtime.audit, DAYS, in_days(31))
    assert done == 1
    assert db.scalars(select(FacePhoto)).all() == []
    assert roster_models.active_version(db, course_id).contents == {}
    assert db.get(Student, student_id).number == "20261234"
    assert db.scalars(select(Consent)).one().withdrawn_at is None
    assert db.scalars(select(AuditEntry)).one().subject == f"student:{student_id}"
    assert retention.purge(db, runtime.models, runtime.audit, DAYS, in_days(31)) == 0


def test_it_happens_once_a_night(db, runtime, student, settings):
    db.commit()
    runtime.settings = settings.model_copy(update={"photo_days": DAYS})
    night = Night(runtime, lambda: runtime.models, lifetime(settings))
    evening = datetime(2099, 1, 1, 14, 0, tzinfo=UTC)  # 23:00 in Seoul
    runtime.uploads.write("of-no-import", 0, b"x")
    assert night.look(evening.replace(hour=16)) is False, "one o'clock"
    assert len(fresh(db).scalars(select(FacePhoto)).all()) == 3
    db.rollback()  # What reads on holds up what is deleted.
    assert night.look(evening.replace(hour=18)) is True, "three o'clock"
    assert runtime.uploads.folders() == set()
    assert fresh(db).scalars(select(FacePhoto)).all() == []
    assert night.look(evening.replace(hour=19)) is False
    assert night.look(evening.replace(hour=18) + timedelta(days=1)) is True


def test_the_command_looks_before_it_deletes(db, student, settings, monkeypatch, capsys):
    db.execute(FacePhoto.__table__.update().values(created_at=in_days(-60)))
    db.execute(class_sessions.ClassSession.__table__.update().values(starts_at=in_days(-60)))
    db.commit()
    monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(settings.data_dir))
    assert program.main(["retention", "preview"]) == 0
    assert "PHOTO_DAYS is not set" in capsys.readouterr().out
    monkeypatch.setenv("FACE_CHECKIN_PHOTO_DAYS", str(DAYS))
    assert program.main(["retention", "preview"]) == 0
    assert "20261234: 3 photos" in capsys.readouterr().out
    assert len(fresh(db).scalars(select(FacePhoto)).all()) == 3
    db.rollback()  # What reads on holds up what is deleted.
    assert program.main(["retention", "run"]) == 0
    assert fresh(db).scalars(select(FacePhoto)).all() == []
