"""The live roster of a session."""

import re

import cv2
import numpy as np
import pytest

from recognition.image import decode_image
from server.services import class_sessions, courses
from tests.server.pages.conftest import words
from training.masks import with_mask


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(number), name) for number, name in enumerate(("Ahn", "Bae"))]


@pytest.fixture
def session(db, course, students):
    return class_sessions.start(db, course, "Week 3")


def status_of(page: str, student) -> str:
    return re.search(rf'data-student="{student.id}" data-status="(\w+)"', page)[1]


def test_everybody_is_waited_for_at_first(browser, session, students):
    page = browser.get(f"/sessions/{session.id}").text
    assert [status_of(page, student) for student in students] == ["waiting", "waiting"]


def test_marking_without_scripts(browser, session, students):
    url = f"/sessions/{session.id}/students/{students[0].id}"
    answer = browser.post(url, {"status": "excused"})
    assert answer.headers["Location"].endswith(f"#student-{students[0].id}")
    page = browser.get(f"/sessions/{session.id}").text
    assert status_of(page, students[0]) == "excused"
    assert browser.post(url, {"status": "gone"}).status_code == 400
    assert browser.post(f"/sessions/{session.id}/students/999", {"status": "late"}).status_code == 404


def test_closing_fills_in_the_absences(browser, session, students):
    page = browser.follow(browser.post(f"/sessions/{session.id}/close"))
    assert [status_of(page, student) for student in students] == ["absent", "absent"]
    assert "Close the session" not in page
    assert browser.post(f"/sessions/{session.id}/close").status_code == 409


def test_the_csv_is_named_after_course_and_day(browser, session, db, course):
    course.code = '자료 "210"/..'
    db.commit()
    answer = browser.get(f"/sessions/{session.id}/attendance.csv")
    day = session.starts_at.astimezone(course.zone).date().isoformat()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="210-..-{day}.csv"'
    assert answer.mimetype == "text/csv"
    assert answer.text.startswith("\ufeffNumber,Name")


def test_the_kiosk_button_makes_a_kiosk_of_the_browser_first(browser, session):
    assert f'href="/kiosks?session={session.id}"' in browser.get(f"/sessions/{session.id}").text
    browser.post(f"/kiosks?session={session.id}", {"name": "Room 204"})
    assert f'href="/kiosk?session={session.id}"' in browser.get(f"/sessions/{session.id}").text


def test_visits_in_vain_are_listed_without_a_name(browser, demo_class, visitor, probes, db):
    first = visitor.show(probes("dana")[2:3]).json
    assert first["reason"] == "match"
    visitor.answer(first["id"], "X")
    page = words(browser.get(f"/sessions/{demo_class.session.id}").text)
    assert "Answered “not me”" in page


def test_visits_in_masks_are_counted_apart(browser, demo_class, visitor, probes, runtime):
    address = f"/sessions/{demo_class.session.id}"
    visitor.show(probes("dana")[2:3])
    assert "Recognised with a mask" not in browser.get(address).text
    image = decode_image(probes("mira")[0])
    masked = with_mask(image, runtime.engine.detector.detect(image)[0], np.random.default_rng(3))
    jpeg = cv2.imencode(".jpg", masked[:, :, ::-1])[1].tobytes()
    recognised = visitor.show([jpeg]).json["reason"] == "match"
    page = words(browser.get(address).text)
    assert f"Recognised with a mask {int(recognised)} of 1" in page
    assert "Recognised without 1 of 1" in page


def test_today_counts_those_who_came(browser, demo_class, visitor, probes):
    visit = visitor.show(probes("dana")[2:3]).json
    visitor.answer(visit["id"], "O")
    page = words(browser.get("/").text)
    assert "1 of 10 here" in page
    assert "The demo class is here." in page


def test_the_demo_class_goes_with_one_click(browser, demo_class, db):
    session = demo_class.session.id
    db.rollback()  # What reads on holds up what is deleted.
    page = words(browser.follow(browser.post("/demo/removal")))
    assert "The demo class is removed." in page
    assert "The demo class is here." not in page
    assert browser.get(f"/sessions/{session}").status_code == 404
