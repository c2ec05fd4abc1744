"""The student's own photo page, behind a personal link."""

import re

import pytest
from sqlalchemy import select

from server.models import Consent, FacePhoto, LinkPurpose
from server.services import courses, enrolment, student_links
from tests.server.pages.conftest import words
from tests.server.pages.test_shots import look, small, take
from tests.server.people import fresh


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "2026001", "Kai")


@pytest.fixture
def link(browser, course, student):
    """As the instructor makes it."""
    page = browser.post(f"/courses/{course.id}/students/{student.id}/photo-link").text
    assert "qr-code" in page
    return re.search(r'id="photo-link" href="https?://[^/]+([^"]+)"', page)[1]


@pytest.fixture
def phone(app, visitor_browser):
    """The student's browser: nobody is signed in there."""
    return visitor_browser


@pytest.fixture
def photos(demo_people):
    return [path.read_bytes() for path in sorted((demo_people / "kai" / "enrol").glob("*.jpg"))]


def test_the_student_agrees_and_is_photographed(phone, link, db, student, photos):
    assert 'id="wizard"' not in phone.get(link).text
    assert look(phone, link, small(photos[2])).status_code == 409
    page = phone.follow(phone.post(f"{link}/consent", {"agreed": "y"}))
    assert 'id="wizard"' in page
    assert "the student, by personal link" in page
    given = fresh(db).scalars(select(Consent).where(Consent.student_id == student.id)).one()
    assert given.given_by == enrolment.GIVEN_BY_STUDENT
    assert look(phone, link, small(photos[2])).json["fits"] is True
    (outcome,) = take(phone, link, photos[2], "front").json["photos"]
    assert outcome["accepted"], outcome
    assert phone.get(outcome["url"]).data[:3] == b"\xff\xd8\xff"
    assert phone.get(link).text.count('class="photo"') == 1


def test_agreeing_must_be_ticked(phone, link):
    assert phone.post(f"{link}/consent").status_code == 422


def test_a_photo_can_be_deleted_and_consent_withdrawn(phone, link, db, student, photos):
    phone.post(f"{link}/consent", {"agreed": "y"})
    urls = [take(phone, link, photos[place], "front").json["photos"][0]["url"] for place in (0,)]
    urls.append(take(phone, link, photos[1], "smile").json["photos"][0]["url"])
    phone.post(urls[0].replace(".jpg", "/removal"))
    assert [photo.shot for photo in enrolment.photos(fresh(db), student)] == ["smile"]
    db.rollback()  # No reader holds the journal that is to be forgotten.
    page = phone.follow(phone.post(f"{link}/consent/withdrawal"))
    assert "all your photos and everything computed from them are deleted" in page
    assert enrolment.photos(fresh(db), student) == []


def test_nobody_elses_photo_is_shown_or_deleted_by_it(phone, link, course, db, enrol_face):
    other = enrol_face(course, "dana", "77", photos=1)
    photo = db.scalars(select(FacePhoto.id).where(FacePhoto.student_id == other.id)).one()
    assert phone.get(f"{link}/photos/{photo}.jpg").status_code == 404
    assert phone.post(f"{link}/photos/{photo}/removal").status_code == 404


def test_it_never_names_another_student(phone, browser, link, course, enrol_face, demo_people, student):
    """The instructor is told whose photo it seems to be; the student is not."""
    enrol_face(course, "dana", "77", photos=4)
    phone.post(f"{link}/consent", {"agreed": "y"})
    own = sorted((demo_people / "kai" / "enrol").glob("*.jpg"))[:3]
    for path in own:
        take(phone, link, path.read_bytes(), "")
    foreign = (demo_people / "dana" / "enrol" / "05.jpg").read_bytes()
    (outcome,) = take(phone, link, foreign, "").json["photos"]
    assert outcome["accepted"]
    assert "Dana" not in str(outcome)
    assert "Dana" not in phone.get(link).text
    assert "Dana" in words(browser.get(f"/courses/{course.id}/students/{student.id}").text)


def test_an_ended_or_wrong_link_opens_nothing(phone, browser, link, course, student, db):
    assert phone.get("/my-photos/nonsense").status_code == 410
    browser.post(f"/courses/{course.id}/students/{student.id}/photo-link/end")
    assert phone.get(link).status_code == 410
    for path in ("consent", "consent/withdrawal", "shots/check", "photos"):
        assert phone.post(f"{link}/{path}").status_code == 410
    other = student_links.create(db, student, course, LinkPurpose.ATTENDANCE, 7)
    assert phone.get(f"/my-photos/{other}").status_code == 410
