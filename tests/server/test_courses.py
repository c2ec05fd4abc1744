"""Courses, rosters and who may see them."""

import pytest

from server.exceptions import Conflict, Invalid, NotFound
from server.services import class_sessions, courses, kiosks
from tests.server.people import make_account


def test_an_instructor_sees_only_their_own_courses(db, instructor, administrator, course):
    other = make_account(db, "lee@school.example")
    assert [found.id for found in courses.list_for(db, instructor)] == [course.id]
    assert [found.id for found in courses.list_for(db, administrator)] == [course.id]
    assert courses.list_for(db, other) == []
    with pytest.raises(NotFound, match="course_not_found"):
        courses.get(db, other, course.id)
    session = class_sessions.start(db, course)
    with pytest.raises(NotFound, match="session_not_found"):
        class_sessions.get(db, other, session.id)
    assert class_sessions.get(db, instructor, session.id).id == session.id


@pytest.mark.parametrize(
    ("code", "name", "zone", "late", "reason"),
    [
        ("", "x", "UTC", 1, "course_code_invalid"),
        ("c" * 33, "x", "UTC", 1, "course_code_invalid"),
        ("c", " ", "UTC", 1, "course_name_invalid"),
        ("c", "x", "Nowhere", 1, "time_zone_invalid"),
        ("c", "x", "../UTC", 1, "time_zone_invalid"),
        ("c", "x", "UTC", -1, "late_after_invalid"),
    ],
)
def test_what_a_course_needs(db, instructor, code, name, zone, late, reason):
    with pytest.raises(Invalid, match=reason):
        courses.create(db, instructor, code, name, zone, late)


def test_what_cannot_be_seen_in_a_code_or_a_name_is_a_space(db, instructor):
    course = courses.create(db, instructor, "CS\x00101\ufffe", "Sys\ntems", "UTC", 10)
    assert (course.code, course.name) == ("CS 101", "Sys tems")


def test_dropping_and_coming_back_keeps_one_student(db, course):
    student = courses.add_student(db, course, " 2026  01 ", "Park  Jimin")
    assert (student.number, student.name) == ("2026 01", "Park Jimin")
    with pytest.raises(Conflict, match="student_already_enrolled"):
        courses.add_student(db, course, "2026 01", "Park Jimin")
    courses.drop_student(db, course, student)
    assert courses.roster(db, course) == []
    with pytest.raises(NotFound, match="student_not_found"):
        courses.drop_student(db, course, student)
    with pytest.raises(NotFound, match="student_not_found"):
        courses.student(db, course, student.id)
    assert courses.add_student(db, course, "2026 01", "Park Jimin").id == student.id
    (entry,) = courses.roster(db, course)
    assert (entry.photos, entry.recognisable, entry.consent) == (0, False, False)


def test_a_number_belongs_to_one_name(db, course):
    courses.add_student(db, course, "1", "Park Jimin")
    with pytest.raises(Conflict, match="student_number_taken"):
        courses.add_student(db, course, "1", "Choi Yuna")


@pytest.mark.parametrize(("number", "name"), [("", "x"), ("x" * 65, "x"), ("1", " "), ("1", "a\0b")])
def test_what_a_student_needs(db, course, number, name):
    with pytest.raises(Invalid):
        courses.add_student(db, course, number, name)


def test_kiosks_belong_to_who_made_them(db, instructor, administrator):
    other = make_account(db, "lee@school.example")
    kiosk, token = kiosks.register(db, " Room 1 ", instructor)
    assert kiosk.name == "Room 1"
    assert token not in kiosk.token_hash
    assert kiosks.page_for(db, other).rows == []
    assert [one.id for one in kiosks.page_for(db, administrator).rows] == [kiosk.id]
    with pytest.raises(NotFound, match="kiosk_not_found"):
        kiosks.revoke(db, other, kiosk.id)
    assert kiosks.authenticate(db, token).id == kiosk.id
    assert kiosks.authenticate(db, "wrong") is None
    instructor.is_active = False
    db.commit()
    assert kiosks.authenticate(db, token) is None
    with pytest.raises(Invalid, match="kiosk_name_invalid"):
        kiosks.register(db, " ", instructor)
