"""The demo class: there at once, gone without a trace."""

import hashlib

from sqlalchemy import func, select

from server.models import Base, Consent, InstallationNote, RateCount, Student
from server.services import class_sessions, courses, demo
from tests.server.people import fresh, reason


def test_it_is_offered_to_an_empty_database_only(db, instructor, demo_people):
    assert demo.offer(db)
    courses.create(db, instructor, "C", "C", "UTC", 5)
    assert not demo.offer(db)


def test_ten_synthetic_people_and_an_open_session(db, demo_class):
    people = db.scalars(select(Student)).all()
    assert len(people) == 10
    assert all(person.is_demo for person in people)
    assert {one.given_by for one in db.scalars(select(Consent))} == {demo.CONSENT_GIVEN_BY}
    assert all(entry.recognisable and entry.photos >= 3 for entry in courses.roster(db, demo_class.course))
    state = demo.state(db)
    assert (state.exists, state.session_id) == (True, demo_class.session.id)


def test_no_picture_to_show_is_a_picture_to_enrol(demo_people):
    def digests(kind):
        return {hashlib.sha256(path.read_bytes()).digest() for path in demo_people.glob(f"*/{kind}/*.jpg")}

    enrol, probe = digests("enrol"), digests("probe")
    assert len(enrol) == 50
    assert len(probe) == 80
    assert enrol.isdisjoint(probe)


def test_the_kiosk_sees_it_without_signing_in(client, demo_class):
    body = client.get("/api/v1/kiosk").json
    assert body["demo"] is True
    assert body["paired"] is False
    assert [one["is_demo"] for one in body["sessions"]] == [True]


def test_its_pictures_are_there_for_the_demo_camera(client, demo_class, demo_people):
    people = client.get("/api/v1/demo/people").json
    assert len(people) == 10
    with client.get(people[0]["pictures"][0]) as response:
        assert response.status_code == 200
        assert response.mimetype == "image/jpeg"
        assert response.data == (demo_people / people[0]["id"] / "probe" / "01.jpg").read_bytes()


def test_only_those_pictures(client, demo_class):
    for path in (
        "dana/../dana/01.jpg",
        "dana/people.json",
        "nobody/01.jpg",
        "dana/99.jpg",
        "../people.json/x",
    ):
        response = client.get(f"/api/v1/demo/pictures/{path}")
        assert response.status_code == 404, path


def test_without_it_nothing_of_it_is_served(client):
    for path in ("people", "pictures/dana/01.jpg"):
        response = client.get(f"/api/v1/demo/{path}")
        assert (response.status_code, reason(response)) == (404, "demo_unavailable")


ABOUT_NOBODY = {InstallationNote.__tablename__, RateCount.__tablename__}
"""Tables that hold no word of a class."""


def test_removing_it_leaves_no_trace(db, visitor, demo_class, runtime, settings):
    body = visitor.show(demo_class.probes[demo_class.student_of(0)][:3]).json
    visitor.answer(body["id"], "O")
    visitor.show([b"nothing"])
    names = [person.name for person in fresh(db).scalars(select(Student))]
    db.commit()
    demo.remove(db, runtime)
    for table in Base.metadata.sorted_tables:
        rows = db.scalar(select(func.count()).select_from(table))
        assert rows == 0 or table.name in ABOUT_NOBODY, table.name
    assert not any(path.is_file() for path in (settings.data_dir / "roster-models").rglob("*"))
    db.close()
    runtime.live.look()
    stored = b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    assert not any(name.encode() in stored for name in names)
    assert not demo.offer(db)
    assert demo.state(db).exists is False


def test_other_courses_stay(db, demo_class, runtime, course):
    student = courses.add_student(db, course, "1", "Ahn")
    courses.add_student(db, demo_class.course, "1", "Ahn")
    class_sessions.start(db, course)
    demo.remove(db, runtime)
    assert [one.id for one in db.scalars(select(Student))] == [student.id]
    assert len(class_sessions.open_sessions(db)) == 1
