"""Streaks of absence: alerts, mails, the digest."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from server.absence_mails import AbsenceMails
from server.exceptions import Invalid
from server.services import absence_alerts, attendance_history, courses
from server.settings import Settings
from tests.server.post_office import PostOffice
from tests.server.test_attendance_history import hold

MORNING = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
EVENING = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)
"""18:30 in Seoul, on the day of the fifth session."""


@pytest.fixture
def post_office():
    office = PostOffice()
    yield office
    office.shutdown()
    office.server_close()


@pytest.fixture
def settings(settings: Settings, post_office) -> Settings:
    from pydantic import SecretStr

    mail = {"smtp_url": SecretStr(post_office.url), "smtp_from": "attendance@school.example"}
    return settings.model_copy(update=mail)


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(n), name) for n, name in enumerate(["Ahn", "배수지", "Choi"])]


@pytest.fixture
def mails(runtime):
    return AbsenceMails(runtime)


def test_streaks_as_long_as_the_rule_says(db, course, students):
    hold(db, course, "paa", "apa", "aea", "aaa", "---")
    found = absence_alerts.streaks(db, course, 3)
    assert [(one.student.name, len(one.missed)) for one in found] == [("Choi", 4), ("Ahn", 3)]
    assert [one.title for one in found[1].missed] == ["S1", "S2", "S3"]
    by_page = attendance_history.students(db, course, attendance_history.Period()).lines
    assert {one.student.name: one.streak for one in by_page} == {"Ahn": 3, "배수지": 1, "Choi": 4}


def test_a_mail_has_the_dates_and_comes_once(db, course, students, mails, post_office):
    absence_alerts.set_rule(db, course, 2, by_mail=True, digest=False)
    hold(db, course, "ppp", "pap")
    assert mails.send_due(MORNING) == 0
    hold(db, course, "-p-")
    db.rollback()
    hold_later(db, course, "pap", "pap")
    assert mails.send_due(MORNING) == 1
    (letter,) = post_office.letters
    assert (letter["To"], letter["From"]) == ("kim@school.example", "attendance@school.example")
    assert "배수지" in letter["Subject"]
    text = letter.get_content()
    assert "Wednesday, March 4, 2026: L0" in text
    assert "Thursday, March 5, 2026: L1" in text
    assert f"/courses/{course.id}/attendance" in text
    assert mails.send_due(MORNING) == 0
    hold_later(db, course, "pap", start=4)
    assert mails.send_due(MORNING) == 0
    assert len(post_office.letters) == 1


def hold_later(db, course, *days, start=2):
    """Sessions after those that :func:`hold` made."""
    from datetime import timedelta

    from server.models import ClassSession

    hold(db, course, *days)
    made = db.query(ClassSession).filter_by(course_id=course.id).order_by(ClassSession.id.desc())
    for number, session in enumerate(reversed(made.limit(len(days)).all())):
        session.title = f"L{number}"
        session.starts_at += timedelta(days=start)
    db.commit()


def test_a_new_streak_is_told_of_again(db, course, students, mails, post_office):
    absence_alerts.set_rule(db, course, 1, by_mail=True, digest=False)
    hold(db, course, "app")
    assert mails.send_due(MORNING) == 1
    hold_later(db, course, "ppp", "app", start=1)
    assert mails.send_due(MORNING) == 1
    assert ["Ahn" in letter["Subject"] for letter in post_office.letters] == [True, True]


def test_processes_that_send_at_once_send_one(db, course, students, runtime, post_office):
    absence_alerts.set_rule(db, course, 1, by_mail=True, digest=False)
    hold(db, course, "app")
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: AbsenceMails(runtime).send_due(MORNING), range(3))) == 1
    assert len(post_office.letters) == 1


def test_what_could_not_be_sent_is_tried_again(db, course, students, mails, post_office):
    absence_alerts.set_rule(db, course, 1, by_mail=True, digest=False)
    hold(db, course, "app")
    post_office.closed_for = True
    assert mails.send_due(MORNING) == 0
    post_office.closed_for = False
    assert mails.send_due(MORNING) == 1


def test_the_digest_comes_in_the_evening_once(db, course, students, mails, post_office, instructor):
    instructor.locale = "ko"
    absence_alerts.set_rule(db, course, 3, by_mail=False, digest=True)
    hold(db, course, "ppa", "ppa", "ppa", "ppa", "apa")
    assert mails.send_due(MORNING) == 0
    assert mails.send_due(EVENING) == 1
    assert mails.send_due(EVENING) == 0
    (letter,) = post_office.letters
    text = letter.get_content()
    assert "2026년 3월 6일" in letter["Subject"]
    assert "결석: Ahn (0), Choi (2)" in text
    assert "- Choi (2): 5" in text


def test_without_a_server_nothing_is_sent(db, course, students, runtime, post_office):
    absence_alerts.set_rule(db, course, 1, by_mail=True, digest=True)
    hold(db, course, "aaa")

    class Place:
        settings = runtime.settings.model_copy(update={"smtp_url": None})
        sessions = runtime.sessions

    assert AbsenceMails(Place()).send_due(EVENING) == 0
    assert absence_alerts.streaks(db, course, 1) != []


def test_the_rule_can_be_changed_and_taken_away(db, course):
    absence_alerts.set_rule(db, course, 3, by_mail=True, digest=False)
    absence_alerts.set_rule(db, course, 4, by_mail=False, digest=True)
    found = absence_alerts.rule(db, course)
    assert (found.after, found.by_mail, found.digest) == (4, False, True)
    for nonsense in (0, 51):
        with pytest.raises(Invalid, match="alert_after_invalid"):
            absence_alerts.set_rule(db, course, nonsense, by_mail=True, digest=True)
    absence_alerts.set_rule(db, course, None, by_mail=True, digest=True)
    assert absence_alerts.rule(db, course) is None


def test_a_day_without_sessions_has_no_digest(db, course, students):
    hold(db, course, "ppp")
    assert absence_alerts.day_of(db, course, date(2026, 3, 3), 3) is None
