"""Courses and their rosters."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound
from server.models import (
    Account,
    ClassSession,
    Consent,
    Course,
    Enrolment,
    FacePhoto,
    FaceTemplate,
    SessionStatus,
    Student,
    utc_now,
)
from server.services.list_pages import ListPage, page_of
from server.services.one_line import one_line


@dataclass(frozen=True)
class RosterEntry:
    """One student of a course.

    :ivar since: when they first joined the course.
    :ivar photos: how many photos passed.
    :ivar recognisable: consent is given and there is a template.
    """

    student: Student
    since: datetime
    photos: int
    recognisable: bool
    consent: bool


def visible_to(account: Account, *, archived: bool = False) -> Select[Course]:
    """Administrators and auditors see all courses, others their own and the demo course.

    :param archived: those that were put away instead of the others.
    """
    query = select(Course).where(Course.archived_at.is_not(None) == archived)
    if account.sees_every_course:
        return query
    return query.where(Course.is_demo | Course.instructors.any(Account.id == account.id))


def list_for(db: Session, account: Account) -> list[Course]:
    """The account's courses, by code."""
    return list(db.scalars(visible_to(account).order_by(Course.code, Course.id)))


def idle_for(db: Session, account: Account, most: int) -> list[Course]:
    """The first of the account's courses, by code, in which no session is open."""
    opened = select(ClassSession.course_id).where(ClassSession.status == SessionStatus.OPEN)
    query = visible_to(account).where(Course.id.not_in(opened))
    return list(db.scalars(query.order_by(Course.code, Course.id).limit(most)))


def page_for(db: Session, account: Account, number: int, words: str = "") -> ListPage[Course]:
    """A page of the account's courses, by code; with words, those whose code or name holds them."""
    query = visible_to(account).order_by(Course.code, Course.id)
    if words:
        held = Course.code.icontains(words, autoescape=True) | Course.name.icontains(words, autoescape=True)
        query = query.where(held)
    return page_of(db, query, number)


def get(db: Session, account: Account, course_id: int) -> Course:
    """One of the account's courses.

    :raises NotFound: ``course_not_found``, for somebody else's course too.
    """
    course = db.scalar(visible_to(account).where(Course.id == course_id))
    if course is None:
        raise NotFound("course_not_found")
    return course


def archived_for(db: Session, account: Account) -> list[Course]:
    """The account's courses that were put away, by code."""
    query = visible_to(account, archived=True)
    return list(db.scalars(query.order_by(Course.code, Course.id)))


def get_archived(db: Session, account: Account, course_id: int) -> Course:
    """One of the account's courses that were put away.

    :raises NotFound: ``course_not_found``.
    """
    course = db.scalar(visible_to(account, archived=True).where(Course.id == course_id))
    if course is None:
        raise NotFound("course_not_found")
    return course


def create(
    db: Session, account: Account, code: str, name: str, time_zone: str, late_after_minutes: int
) -> Course:
    """A new course, taught by this account.

    :raises Invalid: ``course_code_invalid``, ``course_name_invalid``, ``time_zone_invalid``,
        ``late_after_invalid``.
    """
    code, name = check_course(code, name, time_zone)
    if not 0 <= late_after_minutes <= 24 * 60:
        raise Invalid("late_after_invalid")
    with writing(db):
        course = Course(code=code, name=name, time_zone=time_zone, late_after_minutes=late_after_minutes)
        course.instructors.append(account)
        db.add(course)
    return course


def check_course(code: str, name: str, time_zone: str) -> tuple[str, str]:
    """Code and name, tidied.

    :raises Invalid: ``course_code_invalid``, ``course_name_invalid``, ``time_zone_invalid``.
    """
    code, name = one_line(code), one_line(name)
    if not 1 <= len(code) <= 32:
        raise Invalid("course_code_invalid")
    if not 1 <= len(name) <= 200:
        raise Invalid("course_name_invalid")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("time_zone_invalid") from error
    return code, name


def roster(db: Session, course: Course) -> list[RosterEntry]:
    """The students enrolled now, by name."""
    return entries(db, roster_query(course).order_by(Student.name, Student.number))


def roster_query(course: Course) -> Select[Student, datetime, int, bool, bool]:
    """The students enrolled now: since when, how many photos, consent or not, template or not."""
    photos = (
        select(FacePhoto.student_id, func.count().label("n"))
        .group_by(FacePhoto.student_id)
        .subquery("photos")
    )
    consent = (
        select(Consent.id).where(Consent.student_id == Student.id, Consent.withdrawn_at.is_(None)).exists()
    )
    template = select(FaceTemplate.id).where(FaceTemplate.student_id == Student.id).exists()
    return (
        select(Student, Enrolment.created_at, func.coalesce(photos.c.n, 0), consent, template)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .outerjoin(photos, photos.c.student_id == Student.id)
        .where(Enrolment.course_id == course.id, Enrolment.dropped_at.is_(None))
    )


def entries(db: Session, query: Select[Student, datetime, int, bool, bool]) -> list[RosterEntry]:
    """The lines of a :func:`roster_query`."""
    return [
        RosterEntry(student=student, since=since, photos=count, recognisable=agreed and known, consent=agreed)
        for student, since, count, agreed, known in db.execute(query)
    ]


def student(db: Session, course: Course, student_id: int) -> Student:
    """A student on the course's roster now.

    :raises NotFound: ``student_not_found``.
    """
    found = db.scalar(
        select(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(
            Enrolment.course_id == course.id,
            Enrolment.student_id == student_id,
            Enrolment.dropped_at.is_(None),
        )
    )
    if found is None:
        raise NotFound("student_not_found")
    return found


def add_student(db: Session, course: Course, number: str, name: str) -> Student:
    """Enrols a student, who may be known from another course or have been here before.

    :raises Invalid: ``student_number_invalid``, ``student_name_invalid``.
    :raises Conflict: ``student_already_enrolled``; ``student_number_taken`` when the number belongs to
        somebody of another name.
    """
    number, name = check_student(number, name)
    with writing(db):
        found = db.scalar(select(Student).where(Student.number == number))
        if found is None:
            found = Student(number=number, name=name, is_demo=course.is_demo)
            db.add(found)
            db.flush()
        elif found.name != name:
            raise Conflict("student_number_taken")
        if not enrol(db, course, found):
            raise Conflict("student_already_enrolled")
    return found


def check_student(number: str, name: str) -> tuple[str, str]:
    """Number and name, tidied.

    :raises Invalid: ``student_number_invalid``, ``student_name_invalid``.
    """
    number, name = " ".join(number.split()), " ".join(name.split())
    if not 1 <= len(number) <= 64 or not number.isprintable():
        raise Invalid("student_number_invalid")
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise Invalid("student_name_invalid")
    return number, name


def enrol(db: Session, course: Course, student: Student) -> bool:
    """Puts a student on the roster (within a writing transaction); whether that changed anything."""
    enrolment = db.scalar(
        select(Enrolment).where(Enrolment.course_id == course.id, Enrolment.student_id == student.id)
    )
    if enrolment is None:
        db.add(Enrolment(course_id=course.id, student_id=student.id))
    elif enrolment.dropped_at is not None:
        enrolment.dropped_at = None
    else:
        return False
    db.flush()
    return True


def drop_student(db: Session, course: Course, student: Student) -> None:
    """Takes a student off the roster; what was recorded stays.

    :raises NotFound: ``student_not_found`` when not enrolled.
    """
    with writing(db):
        enrolment = db.scalar(
            select(Enrolment).where(
                Enrolment.course_id == course.id,
                Enrolment.student_id == student.id,
                Enrolment.dropped_at.is_(None),
            )
        )
        if enrolment is None:
            raise NotFound("student_not_found")
        enrolment.dropped_at = utc_now()
