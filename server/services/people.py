"""What an administrator does with the accounts of others."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound
from server.models import Account, Course, Role, course_instructor
from server.services import account_face_removal, account_sessions, accounts
from server.services.list_pages import ListPage, page_of


def page_of_people(db: Session, number: int, words: str = "") -> ListPage[tuple[Account, int]]:
    """A page of the accounts, each with the number of its courses, by name.

    :param words: only those whose name or address holds them.
    """
    courses = (
        select(course_instructor.c.account_id, func.count().label("n"))
        .group_by(course_instructor.c.account_id)
        .subquery()
    )
    query = (
        select(Account, func.coalesce(courses.c.n, 0))
        .outerjoin(courses, courses.c.account_id == Account.id)
        .order_by(Account.name, Account.id)
    )
    if words:
        query = query.where(
            Account.name.icontains(words, autoescape=True) | Account.email.icontains(words, autoescape=True)
        )
    return page_of(db, query, number)


def get(db: Session, account_id: int) -> Account:
    """One account.

    :raises NotFound: ``account_not_found``.
    """
    found = db.get(Account, account_id)
    if found is None:
        raise NotFound("account_not_found")
    return found


def all_courses(db: Session) -> list[Course]:
    """The courses that somebody can be given, by code."""
    query = select(Course).where(Course.archived_at.is_(None), Course.is_demo.is_(False))
    return list(db.scalars(query.order_by(Course.code, Course.id)))


def courses_of(db: Session, account: Account) -> set[int]:
    """Ids of the courses the account teaches or helps with."""
    table = course_instructor
    return set(db.scalars(select(table.c.course_id).where(table.c.account_id == account.id)))


def invite(db: Session, email: str, name: str, role: str, course_ids: Collection[int]) -> Account:
    """A new account without a password: its owner chooses one by a link.

    :raises Conflict: ``email_taken``.
    :raises Invalid: ``email_invalid``, ``name_missing``, ``role_invalid``.
    """
    email, name = accounts.check_email(email), accounts.check_name(name)
    wanted = _role(role)
    with writing(db):
        account = accounts.add(db, email, name, "", wanted)
        _give_courses(db, account, course_ids)
    return account


def change(db: Session, by: Account, account: Account, role: str, course_ids: Collection[int]) -> None:
    """Another role and other courses. A change of role signs the account out everywhere; whoever teaches no
    more keeps no face.

    :raises Conflict: ``own_account`` for one's own role.
    :raises Invalid: ``role_invalid``.
    """
    wanted = _role(role)
    with writing(db):
        if wanted != account.role:
            if by.id == account.id:
                raise Conflict("own_account")
            account.role = wanted
            account_sessions.end_all(db, account.id)
            if not account.teaches:
                account_face_removal.discard(db, account.id)
        _give_courses(db, account, course_ids)


def set_active(db: Session, by: Account, account: Account, active: bool) -> None:
    """Lets an account in again, or out: then its sessions end, its kiosks with them, and its face is deleted.

    :raises Conflict: ``own_account``.
    """
    with writing(db):
        if by.id == account.id:
            raise Conflict("own_account")
        account.is_active = active
        if not active:
            account_sessions.end_all(db, account.id)
            account_face_removal.discard(db, account.id)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as error:
        raise Invalid("role_invalid") from error


def _give_courses(db: Session, account: Account, course_ids: Collection[int]) -> None:
    held = courses_of(db, account)
    wanted = {course.id for course in all_courses(db)} & set(course_ids)
    table = course_instructor
    hidden = set(db.scalars(select(Course.id).where(Course.archived_at.is_not(None) | Course.is_demo)))
    for course_id in held - wanted - hidden:
        db.execute(table.delete().where(table.c.course_id == course_id, table.c.account_id == account.id))
    for course_id in wanted - held:
        db.execute(table.insert().values(course_id=course_id, account_id=account.id))
