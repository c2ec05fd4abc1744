"""A student's own page, and the instructor's answers."""

import re

import pytest

from server.models import LinkPurpose
from server.services import class_sessions, courses, student_links
from tests.server.pages.conftest import Browser, words
from tests.server.people import Auth


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "1", "Ahn")


@pytest.fixture
def session(db, course, student):
    courses.add_student(db, course, "2", "Bae")
    session = class_sessions.start(db, course, "Week 3")
    class_sessions.close(db, session)
    return session


@pytest.fixture
def phone(app):
    """The student's phone: nobody is signed in."""
    return Browser(Auth(app))


@pytest.fixture
def mine(browser, course, student, session):
    """The address of the student's own page, as the instructor's page shows it once."""
    page = browser.post(f"/courses/{course.id}/attendance/links?student={student.id}", {"days": 30}).text
    return re.search(r'href="http://localhost(/me/[\w-]+)"', page)[1]


def test_the_whole_way(browser, phone, course, session, mine):
    page = words(phone.get(mine).text)
    assert "Week 3" in page
    assert "Absent" in page
    assert "Bae" not in page
    page = words(phone.follow(phone.post(f"{mine}/contests/{session.id}", {"words": "I <sat> in row 3"})))
    assert "Waiting for your instructor" in page
    assert "1 entry is contested" in words(browser.get("/").text)
    assert '<span class="badge">1' in browser.get(f"/courses/{course.id}").text
    page = browser.get(f"/courses/{course.id}/contests").text
    assert "I &lt;sat&gt; in row 3" in page
    answer = re.search(r'action="(/courses/\d+/contests/\d+)"', page)[1]
    refused = words(browser.follow(browser.post(answer, {"verdict": "decline", "answer": ""})))
    assert "Please write the student why it is declined." in refused
    browser.post(answer, {"verdict": "accept", "status": "present", "answer": "Indeed."})
    page = words(phone.get(mine).text)
    assert "Put right Indeed." in page
    assert "Present" in page
    assert '<span class="badge">' not in browser.get(f"/courses/{course.id}").text


def test_it_speaks_korean(phone, mine):
    phone.language = "ko"
    assert "기록이 잘못되었어요" in phone.get(mine).text


def test_without_a_link_there_is_nothing(phone, db, course, student, session):
    assert phone.get("/me/nothing").status_code == 410
    assert phone.post(f"/me/nothing/contests/{session.id}", {"words": "x"}).status_code == 410
    token = student_links.create(db, student, course, LinkPurpose.ENROLMENT, 30)
    assert phone.get(f"/me/{token}").status_code == 410


def test_links_for_everybody_and_their_end(browser, phone, course, student, session, mine):
    page = browser.post(f"/courses/{course.id}/attendance/links", {"days": 30}).text
    links = re.findall(r'href="http://localhost(/me/[\w-]+)"', page)
    assert len(set(links)) == 2
    assert {phone.get(link).status_code for link in (*links, mine)} == {200}
    browser.post(f"/courses/{course.id}/attendance/links/{student.id}/end")
    assert sorted(phone.get(link).status_code for link in (*links, mine)) == [200, 410, 410]
    assert browser.post(f"/courses/{course.id}/attendance/links", {"days": 4000}).status_code == 400


def test_somebody_elses_course_is_not_there(browser, db, administrator):
    other = courses.create(db, administrator, "X", "Other", "UTC", 5)
    for path in ("contests", "attendance/links"):
        assert browser.get(f"/courses/{other.id}/{path}").status_code == 404
    assert browser.post(f"/courses/{other.id}/contests/1", {"verdict": "accept"}).status_code == 404
