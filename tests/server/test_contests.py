"""Contesting an entry, and the answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from server.exceptions import Conflict, Invalid, NotFound
from server.models import LinkPurpose, StudentLink
from server.services import attendance, attendance_log, class_sessions, contests, courses, student_links


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "1", "Ahn")


@pytest.fixture
def session(db, course, student):
    session = class_sessions.start(db, course)
    class_sessions.close(db, session)
    return session


@pytest.fixture
def link(db, course, student):
    token = student_links.create(db, student, course, LinkPurpose.ATTENDANCE, 30)
    return student_links.resolve(db, token, LinkPurpose.ATTENDANCE)


def test_accepting_puts_the_entry_right_and_says_why(db, course, session, student, link, instructor):
    contest = contests.submit(db, link, session.id, "  I sat in row 3. ")
    assert contests.count_open(db, course) == 1
    assert [(one.code, number) for one, number in contests.open_by_course(db, instructor, 9)] == [
        ("CS101", 1)
    ]
    contests.accept(db, course, contest.id, "present", "So you did.", instructor)
    record = attendance.find(db, session, student.id)
    assert (record.status, record.method, record.reason) == ("present", "manual", "I sat in row 3.")
    assert attendance_log.history(db, session.id, student.id)[0].source == "contest"
    (told,) = contests.of_link(db, link)
    assert (told.status, told.answer, told.answered_name) == ("accepted", "So you did.", "Kim")
    assert contests.open_by_course(db, instructor, 9) == []


def test_declining_needs_words_and_changes_nothing(db, course, session, student, link, instructor):
    contest = contests.submit(db, link, session.id, "I was there")
    with pytest.raises(Invalid, match="contest_answer_missing"):
        contests.decline(db, course, contest.id, "  ", instructor)
    contests.decline(db, course, contest.id, "Nobody saw you.", instructor)
    assert attendance.find(db, session, student.id).status == "absent"
    with pytest.raises(Conflict, match="contest_answered"):
        contests.accept(db, course, contest.id, "present", "", instructor)
    assert attendance.find(db, session, student.id).status == "absent"


def test_a_status_that_is_none_leaves_it_open(db, course, session, link, instructor):
    contest = contests.submit(db, link, session.id, "I was there")
    with pytest.raises(Invalid, match="status_invalid"):
        contests.accept(db, course, contest.id, "asleep", "", instructor)
    assert contests.count_open(db, course) == 1


def test_one_waits_at_a_time_and_three_are_enough(db, course, session, link, instructor):
    for _ in range(3):
        contest = contests.submit(db, link, session.id, "I was there")
        with pytest.raises(Conflict, match="contest_open"):
            contests.submit(db, link, session.id, "Hello?")
        contests.decline(db, course, contest.id, "No.", instructor)
    with pytest.raises(Conflict, match="contest_too_often"):
        contests.submit(db, link, session.id, "I was there!")


def test_two_at_once_are_one(db, session, link, runtime):
    link_id, session_id = link.id, session.id
    db.commit()

    def submit(_):
        with runtime.sessions() as own:
            try:
                contests.submit(own, own.get(StudentLink, link_id), session_id, "I was there")
            except Conflict as conflict:
                return conflict.reason
            return "submitted"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(submit, range(3))) == ["contest_open", "contest_open", "submitted"]


def test_other_courses_are_out_of_reach(db, course, session, link, administrator):
    other = courses.create(db, administrator, "X", "Other", "UTC", 5)
    theirs = class_sessions.start(db, other)
    with pytest.raises(NotFound, match="session_not_found"):
        contests.submit(db, link, theirs.id, "I was there")
    contest = contests.submit(db, link, session.id, "I was there")
    with pytest.raises(NotFound, match="contest_not_found"):
        contests.decline(db, other, contest.id, "No.", administrator)


@pytest.mark.parametrize("words", ["", "   ", "a" * 1001])
def test_nonsense_is_refused(db, session, link, words):
    with pytest.raises(Invalid, match="contest_words_invalid"):
        contests.submit(db, link, session.id, words)
