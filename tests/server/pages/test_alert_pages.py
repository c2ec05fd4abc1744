"""The rule for alerts, on the page of a course's attendance."""

import pytest

from server.services import absence_alerts, courses
from tests.server.pages.conftest import words
from tests.server.test_attendance_history import hold


@pytest.fixture
def held(db, course):
    for number, name in enumerate(["Ahn", "Bae"]):
        courses.add_student(db, course, str(number), name)
    hold(db, course, "ap", "aa")


def test_the_dashboard_shows_who_is_absent_again_and_again(browser, course, held):
    url = f"/courses/{course.id}/attendance/alerts"
    page = words(browser.follow(browser.post(url, {"after": "2", "by_mail": "on"})))
    assert "Saved." in page
    assert "Ahn since Mar 2, 2026 2 absences" in page
    assert "Bae since" not in page
    assert "This installation sends no e-mail" in page


@pytest.mark.parametrize("after", ["0", "51", "x", "99999", "²"])
def test_nonsense_is_refused_and_changes_nothing(browser, db, course, held, after):
    url = f"/courses/{course.id}/attendance/alerts"
    browser.post(url, {"after": "2"})
    page = words(browser.follow(browser.post(url, {"after": after})))
    assert "An alert comes after 1 to 50 absences in a row." in page
    db.rollback()
    assert absence_alerts.rule(db, course).after == 2


def test_empty_means_never(browser, db, course, held):
    url = f"/courses/{course.id}/attendance/alerts"
    browser.post(url, {"after": "2"})
    browser.post(url, {"after": ""})
    db.rollback()
    assert absence_alerts.rule(db, course) is None


def test_somebody_elses_course_is_not_there(browser, db, administrator):
    other = courses.create(db, administrator, "X", "Other", "UTC", 5)
    assert browser.post(f"/courses/{other.id}/attendance/alerts", {"after": "2"}).status_code == 404
