"""The tab with fits and versions."""

import pytest

from server.refitting import Refitting
from server.services import courses, enrolment, roster_fits, roster_models
from server.settings import Settings
from tests.server.pages.conftest import words
from tests.server.people import fresh


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"refit_delay_s": 0.0, "refit_augment": 2})


@pytest.fixture
def refitting(runtime):
    return Refitting(runtime, lambda: runtime.engine)


@pytest.fixture
def url(course):
    return f"/courses/{course.id}/recognition"


@pytest.fixture
def enrolled(course, enrol_face):
    return [enrol_face(course, person, person, photos=1) for person in ("dana", "omar", "leo")]


def test_a_course_without_photos_says_so(browser, url):
    page = browser.get(url).text
    assert "Nobody is recognised yet." in page
    assert "Nobody of this course has photos yet." in browser.follow(browser.post(f"{url}/fits"))


def test_from_the_button_to_the_report(browser, url, db, course, runtime, enrolled, refitting, instructor):
    waiting = browser.get(url).text
    assert "A fit follows when nothing has changed for a while." in waiting
    assert 'data-live="1000"' in waiting
    browser.post(f"{url}/fits")
    asked = roster_fits.under_way(fresh(db), course.id)
    roster_fits.FitProgress(runtime.sessions, asked.id)("augment and embed", 3, 9)
    roster_fits.take_up(db, asked.id)
    running = browser.get(url).text
    assert 'data-fit="running" data-stage="copies"' in running
    assert 'max="9" value="3"' in running
    asked.state = "waiting"
    db.commit()
    refitting.fit_now(asked.id)
    done = browser.get(url).text
    assert "data-live" not in done
    assert f"asked for by {instructor.name}" in done
    number = roster_models.active_version(fresh(db), course.id).number
    report = words(browser.get(f"{url}/versions/{number}").text)
    assert "Students 3" in report
    assert "Photos 3" in report
    assert "0.3%" in report
    assert " s " in report.split("Duration of the fit")[1]


def test_two_versions_side_by_side(browser, url, course, enrolled, refitting):
    refitting.refit_roster(course.id)
    page = browser.get(f"{url}/comparison?a=3&b=4")
    assert page.status_code == 200
    text = words(page.text)
    assert "Versions 3 and 4" in text
    assert "Threshold" in text
    for wrong in ("", "?a=3", "?a=3&b=99", "?a=x&b=y"):
        assert browser.get(f"{url}/comparison{wrong}").status_code == 404


def test_an_earlier_version_is_restored(browser, url, db, course, enrolled, refitting):
    refitting.refit_roster(course.id)
    page = browser.follow(browser.post(f"{url}/versions/3/restoration"))
    assert "Version 3 serves again, as version 5." in page
    assert roster_models.active_version(fresh(db), course.id).kind == "rolled_back"
    assert "from 3" in page


def test_what_held_a_deleted_student_cannot_be_restored(browser, url, db, runtime, enrolled):
    db.rollback()
    enrolment.withdraw_consent(db, enrolled[2], models=runtime.models)
    page = browser.get(url).text
    assert "It is gone too, and cannot come back." in page
    assert f'{url}/versions/3/restoration"' not in page
    answer = browser.follow(browser.post(f"{url}/versions/3/restoration"))
    assert "It is gone too, and cannot come back." in answer


def test_another_course_gives_nothing(browser, db, course, enrolled, administrator):
    other = courses.create(db, administrator, "X", "X", "Asia/Seoul", 10)
    at = f"/courses/{other.id}/recognition"
    for path in ("", "/versions/3", "/comparison?a=2&b=3"):
        assert browser.get(at + path).status_code == 404
    for path in ("/fits", "/versions/3/restoration"):
        assert browser.post(at + path).status_code == 404
    assert browser.get(f"/courses/{course.id}/recognition/versions/99").status_code == 404
