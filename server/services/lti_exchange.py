"""What is exchanged with a learning management system for a course: its roster comes, attendance rates go."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import requests
from pylti1p3.assignments_grades import AssignmentsGradesService, TAssignmentsGradersData
from pylti1p3.exception import LtiException
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem
from pylti1p3.names_roles import NamesRolesProvisioningService, TNamesAndRolesData
from pylti1p3.service_connector import ServiceConnector
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid, Unavailable
from server.models import (
    Attendance,
    AttendanceStatus,
    ClassSession,
    Course,
    LtiContext,
    LtiPerson,
    SessionStatus,
    Student,
    utc_now,
)
from server.services import courses, lti_launches, lti_platforms
from server.services.attendance_history import CAME
from server.services.vault import Vault

TIMEOUT_S = 10
TAG = "attendance"
LEARNER = "Learner"
POINTS = 100.0
COUNTED = (*CAME, AttendanceStatus.ABSENT)
"""Excused meetings count neither for nor against a student."""


@dataclass(frozen=True)
class FetchedRoster:
    """What fetching a roster did.

    :ivar refused: name and reason of everybody who could not be enrolled.
    """

    added: int
    already_enrolled: int
    refused: tuple[tuple[str, str], ...]


class _Bounded(requests.Session):
    """No call of a platform takes longer than it may, and none is sent on to another address."""

    def request(self, method: str, url: str, **options: object) -> requests.Response:  # type: ignore[override]
        options.setdefault("timeout", TIMEOUT_S)
        options["allow_redirects"] = False
        return super().request(method, url, **options)  # type: ignore[arg-type]


def fetch_roster(db: Session, place: LtiContext, course: Course, vault: Vault) -> FetchedRoster:
    """Enrols everybody whom the platform calls a learner of the course. Nobody is taken off the roster.

    A student's number is what the platform calls the person's sourced id, else the platform's own user id.

    :raises Conflict: ``lti_no_roster_service``.
    :raises Unavailable: ``lti_platform_away`` when the platform does not answer, or not as it should.
    """
    if not place.names_and_roles:
        raise Conflict("lti_no_roster_service")
    connector = _connector(place, vault)
    with _away_is_told():
        members = NamesRolesProvisioningService(
            connector, cast(TNamesAndRolesData, place.names_and_roles)
        ).get_members()
    added = known = 0
    refused = []
    with writing(db):
        for member in members:
            roles = [str(role).rsplit("#", 1)[-1].rsplit("/", 1)[-1] for role in member.get("roles", [])]
            if LEARNER not in roles or member.get("status", "Active") != "Active":
                continue
            number = str(member.get("lis_person_sourcedid") or member["user_id"])
            name = str(member.get("name") or "").strip() or number
            try:
                number, name = courses.check_student(number, name)
                student, is_new = _enrolled(db, course, number, name)
            except (Invalid, Conflict) as error:
                refused.append((name[:200], error.reason))
                continue
            lti_launches.person_of(db, place.platform, str(member["user_id"])).student_id = student.id
            added, known = added + is_new, known + (not is_new)
        place.roster_fetched_at = utc_now()
    return FetchedRoster(added, known, tuple(refused))


def send_rates(db: Session, place: LtiContext, course: Course, vault: Vault) -> int:
    """Sends everybody's attendance rate, 0 to 100, as a grade; how many were sent.

    A late arrival counts as an arrival; students without a closed session that counts get no grade.

    :raises Conflict: ``lti_no_grade_service``.
    :raises Unavailable: ``lti_platform_away``.
    """
    if not place.grades:
        raise Conflict("lti_no_grade_service")
    service = AssignmentsGradesService(_connector(place, vault), cast(TAssignmentsGradersData, place.grades))
    if not service.can_put_grade():
        raise Conflict("lti_no_grade_service")
    rates = attendance_rates(db, course)
    people = db.execute(
        select(LtiPerson.subject, LtiPerson.student_id).where(
            LtiPerson.platform_id == place.platform_id, LtiPerson.student_id.in_(rates)
        )
    ).all()
    now = utc_now()
    with _away_is_told():
        item = LineItem()
        item.set_tag(TAG).set_label("Attendance").set_score_maximum(POINTS)
        item.set_resource_id(f"course-{course.id}")
        item = service.find_or_create_lineitem(item)
        for subject, student_id in people:
            if student_id is None:
                continue
            grade = Grade()
            grade.set_score_given(round(POINTS * rates[student_id], 1)).set_score_maximum(POINTS)
            grade.set_timestamp(now.isoformat(timespec="milliseconds")).set_user_id(subject)
            grade.set_activity_progress("InProgress").set_grading_progress("FullyGraded")
            service.put_grade(grade, item)
    with writing(db):
        place.grades_sent_at = now
    return len(people)


def attendance_rates(db: Session, course: Course) -> dict[int, float]:
    """Arrivals by counted sessions, 0 to 1, by student id: closed sessions, those excused left out."""
    rows = db.execute(
        select(
            Attendance.student_id,
            func.sum(case((Attendance.status.in_(CAME), 1), else_=0)),
            func.count(),
        )
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .where(
            ClassSession.course_id == course.id,
            ClassSession.status == SessionStatus.CLOSED,
            Attendance.status.in_(COUNTED),
        )
        .group_by(Attendance.student_id)
    )
    return {student_id: came / counted for student_id, came, counted in rows}


def _enrolled(db: Session, course: Course, number: str, name: str) -> tuple[Student, bool]:
    found = db.scalar(select(Student).where(Student.number == number))
    if found is None:
        found = Student(number=number, name=name)
        db.add(found)
        db.flush()
    elif found.name != name:
        raise Conflict("student_number_taken")
    return found, courses.enrol(db, course, found)


def _connector(place: LtiContext, vault: Vault) -> ServiceConnector:
    return ServiceConnector(lti_platforms.registration(place.platform, vault), _Bounded())


@contextmanager
def _away_is_told() -> Iterator[None]:
    try:
        yield
    except (LtiException, requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise Unavailable("lti_platform_away") from error
