"""Contests: a student says through their link that an entry is wrong; the instructor accepts or declines.

Accepting changes the entry like a mark by hand, in the same transaction, and the log says why.
"""

from dataclasses import dataclass, replace

from sqlalchemy import and_, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound
from server.models import (
    Account,
    Attendance,
    ChangeSource,
    ClassSession,
    Contest,
    ContestStatus,
    Course,
    SessionStatus,
    StudentLink,
    utc_now,
)
from server.services import attendance, courses
from server.services.list_pages import ListPage, page_of

MOST_CHARACTERS = 1000
MOST_OF_ONE_ENTRY = 3
HELD = (SessionStatus.OPEN, SessionStatus.CLOSED)


@dataclass(frozen=True)
class ContestedEntry:
    """A contest with what is recorded now."""

    contest: Contest
    record: Attendance | None


def submit(db: Session, link: StudentLink, session_id: int, words: str) -> Contest:
    """Contests the entry of the link's student in one session of the link's course.

    :raises Invalid: ``contest_words_invalid``: empty or too long.
    :raises NotFound: ``session_not_found``: another course's session, or one that was not held.
    :raises Conflict: ``contest_open`` while an earlier one waits; ``contest_too_often``.
    """
    words = words.strip()
    if not 1 <= len(words) <= MOST_CHARACTERS:
        raise Invalid("contest_words_invalid")
    try:
        with writing(db):
            session = db.get(ClassSession, session_id)
            if session is None or session.course_id != link.course_id or session.status not in HELD:
                raise NotFound("session_not_found")
            attendance.lock(db, session)
            earlier = [one.status for one in of_link(db, link) if one.session_id == session_id]
            if ContestStatus.OPEN in earlier:
                raise Conflict("contest_open")
            if len(earlier) >= MOST_OF_ONE_ENTRY:
                raise Conflict("contest_too_often")
            contest = Contest(session_id=session.id, student_id=link.student_id, words=words)
            db.add(contest)
    except IntegrityError as error:
        raise Conflict("contest_open") from error
    return contest


def of_link(db: Session, link: StudentLink) -> list[Contest]:
    """What the link's student contested in the link's course, newest first."""
    return list(
        db.scalars(
            select(Contest)
            .join(ClassSession, ClassSession.id == Contest.session_id)
            .where(Contest.student_id == link.student_id, ClassSession.course_id == link.course_id)
            .order_by(Contest.id.desc())
        )
    )


def of_course(db: Session, course: Course, number: int = 1) -> ListPage[ContestedEntry]:
    """A page of the course's contests, open ones first, then the newest."""
    entry = and_(Attendance.session_id == Contest.session_id, Attendance.student_id == Contest.student_id)
    query = (
        select(Contest, Attendance)
        .join(ClassSession, ClassSession.id == Contest.session_id)
        .outerjoin(Attendance, entry)
        .where(ClassSession.course_id == course.id)
        .order_by((Contest.status != ContestStatus.OPEN), Contest.id.desc())
        .options(joinedload(Contest.student), joinedload(Contest.session))
    )
    page = page_of(db, query, number)
    rows = [ContestedEntry(contest, record) for contest, record in page.rows]
    return replace(page, rows=rows)


def count_open(db: Session, course: Course) -> int:
    """How many of the course wait for an answer."""
    return (
        db.scalar(
            select(func.count(Contest.id))
            .join(ClassSession, ClassSession.id == Contest.session_id)
            .where(ClassSession.course_id == course.id, Contest.status == ContestStatus.OPEN)
        )
        or 0
    )


def open_by_course(db: Session, account: Account, most: int) -> list[tuple[Course, int]]:
    """The first of the account's courses in which somebody waits for an answer, with how many."""
    visible = courses.visible_to(account).subquery()
    rows = db.execute(
        select(Course, func.count(Contest.id))
        .join(visible, visible.c.id == Course.id)
        .join(ClassSession, ClassSession.course_id == Course.id)
        .join(Contest, Contest.session_id == ClassSession.id)
        .where(Contest.status == ContestStatus.OPEN)
        .group_by(Course.id)
        .order_by(Course.code)
        .limit(most)
    )
    return [(course, number) for course, number in rows]


def accept(db: Session, course: Course, contest_id: int, status: str, answer: str, by: Account) -> None:
    """Puts the entry right, and says so.

    :param status: what is recorded instead.
    :raises NotFound: ``contest_not_found``, for another course's too.
    :raises Conflict: ``contest_answered``.
    :raises Invalid: ``status_invalid``, ``contest_answer_too_long``.
    """
    with writing(db):
        contest = _take(db, course, contest_id, answer)
        reason = contest.words[: attendance.MOST_REASON_CHARACTERS]
        attendance.mark(db, contest.session, contest.student, status, by, reason, source=ChangeSource.CONTEST)
        _answer(contest, ContestStatus.ACCEPTED, answer, by)


def decline(db: Session, course: Course, contest_id: int, answer: str, by: Account) -> None:
    """Leaves the entry as it is, and says why.

    :raises NotFound: ``contest_not_found``, for another course's too.
    :raises Conflict: ``contest_answered``.
    :raises Invalid: ``contest_answer_missing``, ``contest_answer_too_long``.
    """
    if not answer.strip():
        raise Invalid("contest_answer_missing")
    with writing(db):
        _answer(_take(db, course, contest_id, answer), ContestStatus.DECLINED, answer, by)


def _take(db: Session, course: Course, contest_id: int, answer: str) -> Contest:
    if len(answer.strip()) > MOST_CHARACTERS:
        raise Invalid("contest_answer_too_long")
    contest = db.get(Contest, contest_id, with_for_update=True)
    if contest is None or contest.session.course_id != course.id:
        raise NotFound("contest_not_found")
    if contest.status != ContestStatus.OPEN:
        raise Conflict("contest_answered")
    return contest


def _answer(contest: Contest, status: ContestStatus, answer: str, by: Account) -> None:
    contest.status = status
    contest.answer = answer.strip()
    contest.answered_by = by.id
    contest.answered_name = by.name
    contest.answered_at = utc_now()
