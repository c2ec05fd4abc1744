"""The main job, the whole way: a student before a webcam, a kiosk, a server, a dashboard elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.answer_clock import AnswerClock
from tests.e2e.browsers import Browsers
from tests.e2e.school import School

FilmOf = Callable[[Path], Path]


@pytest.mark.alone
def test_a_student_is_recognised_and_is_on_the_dashboard_within_a_second(
    school: School, browsers: Browsers, film_of: FilmOf
) -> None:
    student = school.enrolled[0]
    dashboard = school.dashboard(browsers)
    dashboard.expect_status(student.name, "waiting", seconds=5)
    kiosk = school.kiosk(browsers, film_of(student.folder))
    clock = AnswerClock.start(kiosk.page, dashboard.page, student.name)

    kiosk.check_in()
    kiosk.expect_name(student.name)
    assert student.name not in dashboard.recorded(school.session), "nothing is recorded before the answer"
    kiosk.answer("o")

    kiosk.expect_state("done", "present")
    assert clock.seconds_to_dashboard("present") < 1.0
    assert dashboard.recorded(school.session)[student.name] == "present"


def test_a_stranger_is_unknown_and_nothing_is_recorded(
    school: School, browsers: Browsers, film_of: FilmOf
) -> None:
    dashboard = school.dashboard(browsers)
    before = dashboard.recorded(school.session)
    kiosk = school.kiosk(browsers, film_of(school.stranger.folder))

    kiosk.check_in()

    kiosk.expect_state("fallback", "unknown")
    assert dashboard.recorded(school.session) == before


def test_the_same_student_twice_is_already_checked_in(
    school: School, browsers: Browsers, film_of: FilmOf
) -> None:
    student = school.enrolled[1]
    kiosk = school.kiosk(browsers, film_of(student.folder))
    kiosk.check_in()
    kiosk.expect_name(student.name)
    kiosk.answer("o")
    kiosk.expect_state("done", "present")
    kiosk.back()

    kiosk.check_in()

    kiosk.expect_state("done", "already")
    expect(kiosk.page.locator("#title")).to_contain_text(student.name)


def test_the_answer_no_records_nothing(school: School, browsers: Browsers, film_of: FilmOf) -> None:
    student = school.enrolled[2]
    dashboard = school.dashboard(browsers)
    kiosk = school.kiosk(browsers, film_of(student.folder))
    kiosk.check_in()
    kiosk.expect_name(student.name)

    kiosk.answer("x")

    kiosk.expect_state("fallback", "not_me")
    assert student.name not in dashboard.recorded(school.session)


def test_a_student_is_recognised_right_after_the_photos_arrive(
    school: School, browsers: Browsers, film_of: FilmOf
) -> None:
    student = school.without_photos
    kiosk = school.kiosk(browsers, film_of(student.folder))
    kiosk.check_in()
    kiosk.expect_state("fallback", "unknown")
    kiosk.back()
    dashboard = school.dashboard(browsers)

    dashboard.open_student(school.course, student.name)
    dashboard.record_consent()
    dashboard.upload_photos(student.photos)

    kiosk.check_in()
    kiosk.expect_name(student.name)
