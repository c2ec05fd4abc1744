"""Personal links."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.exceptions import Gone, Invalid
from server.models import LinkPurpose, StudentLink, utc_now
from server.services import courses, student_links


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "1", "Ahn")


def test_a_link_leads_to_its_student_and_course(db, course, student, instructor):
    token = student_links.create(db, student, course, LinkPurpose.ATTENDANCE, 30, by=instructor)
    found = student_links.resolve(db, token, LinkPurpose.ATTENDANCE)
    assert (found.student.name, found.course.code) == ("Ahn", "CS101")
    assert found.created_by == instructor.id
    assert timedelta(days=29) < found.expires_at - utc_now() <= timedelta(days=30)


def test_only_the_hash_is_kept(db, course, student):
    token = student_links.create(db, student, course, LinkPurpose.ENROLMENT, 1)
    kept = db.scalars(select(StudentLink)).one()
    assert token not in str([getattr(kept, column.key) for column in kept.__table__.columns])


def test_a_link_serves_one_purpose(db, course, student):
    token = student_links.create(db, student, course, LinkPurpose.ENROLMENT, 30)
    with pytest.raises(Gone, match="student_link_over"):
        student_links.resolve(db, token, LinkPurpose.ATTENDANCE)


def test_it_expires(db, course, student):
    token = student_links.create(db, student, course, LinkPurpose.ATTENDANCE, 1)
    db.scalars(select(StudentLink)).one().expires_at = utc_now()
    db.commit()
    with pytest.raises(Gone):
        student_links.resolve(db, token, LinkPurpose.ATTENDANCE)
    assert student_links.in_use(db, student, course, LinkPurpose.ATTENDANCE) == []


def test_revoking_ends_all_of_a_students_links_and_no_others(db, course, student):
    other = courses.add_student(db, course, "2", "Bae")
    tokens = [student_links.create(db, student, course, LinkPurpose.ATTENDANCE, 9) for _ in range(2)]
    others = student_links.create(db, other, course, LinkPurpose.ATTENDANCE, 9)
    assert len(student_links.in_use(db, student, course, LinkPurpose.ATTENDANCE)) == 2
    student_links.revoke(db, student, course, LinkPurpose.ATTENDANCE)
    for token in tokens:
        with pytest.raises(Gone):
            student_links.resolve(db, token, LinkPurpose.ATTENDANCE)
    assert student_links.resolve(db, others, LinkPurpose.ATTENDANCE).student_id == other.id


def test_an_archived_course_has_none(db, course, student):
    token = student_links.create(db, student, course, LinkPurpose.ATTENDANCE, 1)
    course.archived_at = utc_now()
    db.commit()
    with pytest.raises(Gone):
        student_links.resolve(db, token, LinkPurpose.ATTENDANCE)


@pytest.mark.parametrize("days", [0, -1, 401])
def test_nonsense_is_refused(db, course, student, days):
    with pytest.raises(Invalid, match="student_link_days_invalid"):
        student_links.create(db, student, course, LinkPurpose.ATTENDANCE, days)
