"""What a launch from a learning management system means here: who came, from which course."""

from dataclasses import dataclass
from typing import Any

from pylti1p3.roles import StudentRole, TeacherRole
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Forbidden, Invalid, NotFound
from server.models import Account, Course, Enrolment, LtiContext, LtiPerson, LtiPlatform, Role, Student
from server.services import courses, lti_platforms, lti_states

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
NAMES_AND_ROLES = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
THROUGH_THE_PLATFORM = "!"
"""In place of a password's hash: no password has it, so the account comes in through its platform only."""


@dataclass(frozen=True)
class Launch:
    """A launch whose signature, audience, age, nonce and deployment are in order.

    :ivar teaches: whether the platform says that the person teaches the course.
    :ivar number: the person's number at the school, if the platform tells it.
    """

    platform: LtiPlatform
    context: LtiContext
    person: LtiPerson
    name: str
    email: str
    number: str
    teaches: bool


def received(db: Session, claims: dict[str, Any]) -> Launch:
    """Takes down a verified launch: its course and its person, with what the platform offers for them.

    :raises Invalid: ``lti_launch_invalid`` for a launch without a course.
    :raises Forbidden: ``lti_role_unknown`` for somebody who neither teaches nor learns there.
    """
    context = claims.get(f"{CLAIM}context") or {}
    link = claims.get(f"{CLAIM}resource_link") or {}
    context_id, subject = str(context.get("id", ""))[:255], str(claims.get("sub", ""))[:255]
    if not context_id or not subject:
        raise Invalid("lti_launch_invalid")
    teaches = TeacherRole(claims).check()  # type: ignore[no-untyped-call]
    if not teaches and not StudentRole(claims).check():  # type: ignore[no-untyped-call]
        raise Forbidden("lti_role_unknown")
    audience = claims["aud"][0] if isinstance(claims["aud"], list) else claims["aud"]
    platform = lti_platforms.find(db, claims["iss"], audience)
    if platform is None:
        raise Invalid("lti_launch_invalid")
    title = str(context.get("title") or context.get("label") or context_id)
    with writing(db):
        place = _context(db, platform, context_id)
        place.title = title[:200]
        place.resource_link_id = str(link.get("id", ""))[:255]
        place.names_and_roles = claims.get(NAMES_AND_ROLES)
        place.grades = claims.get(GRADES)
        person = person_of(db, platform, subject)
    return Launch(
        platform=platform,
        context=place,
        person=person,
        name=str(claims.get("name") or "").strip()[:120],
        email=str(claims.get("email") or "").strip().lower()[:254],
        number=str((claims.get(f"{CLAIM}lis") or {}).get("person_sourcedid") or "").strip()[:64],
        teaches=teaches,
    )


def teacher(db: Session, launch: Launch) -> Account | None:
    """The account of somebody who teaches: known by now, or made now.

    ``None`` when their e-mail address belongs to an account already: a platform's word is not enough to sign
    in as somebody who has a password here; :func:`connection_token` lets them connect the two themselves.
    """
    if launch.person.account is not None:
        return launch.person.account if launch.person.account.is_active else None
    email = launch.email or f"{launch.person.id}@platform-{launch.platform.id}.invalid"
    if db.scalar(select(Account.id).where(Account.email == email)) is not None:
        return None
    with writing(db):
        account = Account(
            email=email, name=launch.name or email, password_hash=THROUGH_THE_PLATFORM, role=Role.INSTRUCTOR
        )
        db.add(account)
        db.flush()
        launch.person.account_id = account.id
    return account


def connection_token(db: Session, launch: Launch) -> str:
    """A token, good once within minutes, that connects the launch's person with whoever is signed in."""
    return lti_states.issue(db, "connect", launch.person.id)


def connect(db: Session, token: str, account: Account) -> LtiPerson:
    """Makes the signed-in account the one that the platform's person comes in as.

    :raises NotFound: ``lti_connection_over``.
    """
    person_id = lti_states.take(db, f"connect-{token}")
    person = db.get(LtiPerson, person_id) if person_id is not None else None
    if person is None:
        raise NotFound("lti_connection_over")
    with writing(db):
        person.account_id = account.id
    return person


def student(db: Session, launch: Launch) -> Student:
    """The student who came, on the roster of the connected course.

    They are known from the roster that was fetched, or by their number.

    :raises NotFound: ``lti_course_not_connected``, ``lti_student_unknown``.
    """
    if launch.context.course_id is None:
        raise NotFound("lti_course_not_connected")
    found = launch.person.student
    if found is None and launch.number:
        found = db.scalar(select(Student).where(Student.number == launch.number))
    if found is None or not _enrolled(db, launch.context.course_id, found.id):
        raise NotFound("lti_student_unknown")
    if launch.person.student_id is None:
        with writing(db):
            launch.person.student_id = found.id
    return found


def context(db: Session, account: Account, context_id: int) -> LtiContext:
    """A platform's course that the account came from, or that is connected with one of its courses.

    :raises NotFound: ``lti_context_not_found``.
    """
    found = db.get(LtiContext, context_id)
    if found is None:
        raise NotFound("lti_context_not_found")
    if found.course_id is not None:
        courses.get(db, account, found.course_id)
    elif db.scalar(select(LtiPerson.id).where(LtiPerson.account_id == account.id)) is None:
        raise NotFound("lti_context_not_found")
    return found


def contexts_of(db: Session, course: Course) -> list[LtiContext]:
    """The platforms' courses that a course is connected with."""
    query = select(LtiContext).where(LtiContext.course_id == course.id).order_by(LtiContext.id)
    return list(db.scalars(query))


def connect_course(db: Session, place: LtiContext, course: Course | None) -> None:
    """Connects a platform's course with a course here, or ends that."""
    with writing(db):
        place.course_id = course.id if course is not None else None


def person_of(db: Session, platform: LtiPlatform, subject: str) -> LtiPerson:
    """The row of a platform's person, made if need be (within a writing transaction)."""
    found = db.scalar(
        select(LtiPerson).where(LtiPerson.platform_id == platform.id, LtiPerson.subject == subject)
    )
    if found is None:
        found = LtiPerson(platform_id=platform.id, subject=subject)
        db.add(found)
        db.flush()
    return found


def _context(db: Session, platform: LtiPlatform, context_id: str) -> LtiContext:
    found = db.scalar(
        select(LtiContext).where(LtiContext.platform_id == platform.id, LtiContext.context_id == context_id)
    )
    if found is None:
        found = LtiContext(platform_id=platform.id, context_id=context_id, title="", resource_link_id="")
        db.add(found)
    return found


def _enrolled(db: Session, course_id: int, student_id: int) -> bool:
    return (
        db.scalar(
            select(Enrolment.id).where(
                Enrolment.course_id == course_id,
                Enrolment.student_id == student_id,
                Enrolment.dropped_at.is_(None),
            )
        )
        is not None
    )
