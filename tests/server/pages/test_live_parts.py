"""What belongs to the live roster: the wall, the chart, who a visit was, who is here on paper."""

import cv2
import numpy as np
import pytest

from server.services import attendance, class_sessions, courses, enrolment
from tests.server.pages.conftest import words
from tests.server.test_visit_resolution import strange_visit


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(n), name) for n, name in enumerate(("김서연", "Ahn Bo"))]


@pytest.fixture
def session(db, course, students):
    return class_sessions.start(db, course, "Week 3")


@pytest.fixture
def photographed(db, runtime, students):
    """The first student agreed, and has a photo."""
    enrolment.record_consent(db, students[0], "the test")
    jpeg = cv2.imencode(".jpg", np.full((480, 640, 3), 90, np.uint8))[1].tobytes()
    enrolment.keep_photo(
        db,
        students[0].id,
        digest="0" * 64,
        jpeg=jpeg,
        quality={},
        embedding=np.zeros(4, np.float32),
        embedder_id="test",
        vault=runtime.vault,
    )
    db.commit()
    return students[0]


def test_the_wall_shows_faces_where_consent_allows_it(browser, session, students, photographed, db):
    page = browser.get(f"/sessions/{session.id}?view=wall").text
    assert 'data-view="wall"' in page
    assert page.count('<img src="/sessions/') == 1
    assert "AB" in words(page)
    face = browser.get(f"/sessions/{session.id}/faces/{photographed.id}.jpg")
    assert cv2.imdecode(np.frombuffer(face.data, np.uint8), cv2.IMREAD_COLOR).shape == (320, 320, 3)
    assert face.headers["Cache-Control"] == "no-store"
    assert browser.get(f"/sessions/{session.id}/faces/{students[1].id}.jpg").status_code == 404
    enrolment.consent(db, photographed).withdrawn_at = session.starts_at
    db.commit()
    assert browser.get(f"/sessions/{session.id}/faces/{photographed.id}.jpg").status_code == 404
    page = browser.get(f"/sessions/{session.id}?view=wall").text
    assert '<img src="/sessions/' not in page
    assert "서연" in words(page)


def test_the_view_is_remembered_and_nonsense_is_not(browser, session):
    browser.client.set_cookie("live_view", "wall")
    assert 'data-view="wall"' in browser.get(f"/sessions/{session.id}").text
    assert 'data-view="list"' in browser.get(f"/sessions/{session.id}?view=list").text
    assert 'data-show="all"' in browser.get(f"/sessions/{session.id}?show=everything").text


def test_the_chart_is_drawn_by_the_server(browser, session, students, db, instructor):
    assert "Nobody has come yet." in browser.get(f"/sessions/{session.id}/arrivals").text
    attendance.mark(db, session, students[0], "late", instructor)
    chart = browser.get(f"/sessions/{session.id}/arrivals").text
    assert chart.count('<rect class="bar-late"') == 1
    assert "<td>0</td><td>1</td>" in chart


def test_who_is_here_on_paper(browser, session, students, db, instructor):
    attendance.mark(db, session, students[0], "present", instructor)
    page = words(browser.get(f"/sessions/{session.id}/who-is-here").text)
    assert "1 of 2" in page
    assert page.index("김서연") < page.index("Not here") < page.index("Ahn Bo")


def test_an_unknown_visit_gets_its_name(browser, session, students, db):
    visit = strange_visit(db, session)
    assert f'href="/sessions/{session.id}/visits/{visit}"' in browser.get(f"/sessions/{session.id}").text
    assert "Ahn Bo" in browser.get(f"/sessions/{session.id}/visits/{visit}").text
    url = f"/sessions/{session.id}/visits/{visit}/student"
    page = words(browser.follow(browser.post(url, {"student": students[1].id})))
    assert "Ahn Bo is recorded." in page
    assert "It was Ahn Bo, says Kim." in page
    page = words(browser.follow(browser.post(url, {"student": students[0].id})))
    assert "Somebody has said already who this was." in page
    assert browser.get(f"/sessions/{session.id}/visits/nothing").status_code == 404
    assert browser.post(url, {"student": "x"}).status_code == 404
