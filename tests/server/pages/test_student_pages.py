"""Consent and photos."""

import io
from pathlib import Path

import pytest

from server.services import courses, enrolment
from tests.server.people import fresh


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "2026001", "Kai")


@pytest.fixture
def url(course, student):
    return f"/courses/{course.id}/students/{student.id}"


@pytest.fixture
def photos(demo_people: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((demo_people / "kai" / "enrol").glob("*.jpg"))]


def send(browser, url, *files, accept="application/json"):
    form = {"photos": [(io.BytesIO(data), f"{number}.jpg") for number, data in enumerate(files)]}
    return browser.post(f"{url}/photos", form, headers={"Accept": accept})


class TestConsent:
    def test_it_comes_first(self, browser, url, photos):
        page = browser.get(url).text
        assert "Photos can be added once consent is recorded." in page
        assert 'id="photo-form"' not in page
        (outcome,) = send(browser, url, photos[0]).json["photos"]
        assert (outcome["accepted"], outcome["reason"]) == (False, "consent_missing")

    def test_it_must_be_ticked(self, browser, url):
        answer = browser.post(f"{url}/consent")
        assert answer.status_code == 422
        assert "Without consent no photo may be kept." in answer.text

    def test_who_recorded_it_is_shown(self, browser, url, instructor):
        page = browser.follow(browser.post(f"{url}/consent", {"agreed": "y"}))
        assert f"recorded by {instructor.name}." in page

    def test_withdrawing_deletes_the_photos(self, browser, url, db, student, photos):
        browser.post(f"{url}/consent", {"agreed": "y"})
        send(browser, url, photos[0])
        db.rollback()  # What reads on holds up what is deleted.
        page = browser.follow(browser.post(f"{url}/consent/withdrawal"))
        assert "Consent is withdrawn" in page
        assert enrolment.photos(fresh(db), student) == []


class TestPhotos:
    @pytest.fixture(autouse=True)
    def consent(self, db, student):
        enrolment.record_consent(db, student, "the test")

    def test_each_is_accepted_or_refused_with_its_reason(self, browser, url, photos):
        answer = send(browser, url, photos[0], b"no picture", photos[0][:5000], photos[0]).json
        assert [one["reason"] for one in answer["photos"]] == [
            "accepted",
            "not_an_image",
            "truncated",
            "duplicate",
        ]
        assert answer["recognisable"] is True
        assert answer["photos"][1]["message"] == "This is not a picture."

    def test_the_page_shows_them_and_that_the_student_is_recognised(self, browser, url, photos):
        assert 'data-recognisable="false"' in browser.get(url).text
        picture = send(browser, url, photos[0]).json["photos"][0]["url"]
        page = browser.get(url).text
        assert 'data-recognisable="true"' in page
        assert picture in page
        shown = browser.get(picture)
        assert (shown.status_code, shown.mimetype, shown.data[:2]) == (200, "image/jpeg", b"\xff\xd8")
        assert shown.headers["Cache-Control"] == "no-store"

    def test_without_scripts_the_outcomes_are_on_the_next_page(self, browser, url, photos):
        page = browser.follow(send(browser, url, photos[0], b"no picture", accept="text/html"))
        assert "0.jpg: The photo was accepted." in page
        assert "1.jpg: This is not a picture." in page

    def test_nothing_chosen(self, browser, url):
        page = browser.follow(browser.post(f"{url}/photos"))
        assert "Please choose at least one photo." in page

    def test_removing_one(self, browser, url, photos):
        picture = send(browser, url, photos[0]).json["photos"][0]["url"]
        browser.follow(browser.post(picture.replace(".jpg", "/removal")))
        assert browser.get(picture).status_code == 404

    def test_nobody_sees_them_without_signing_in(self, app, browser, url, photos):
        picture = send(browser, url, photos[0]).json["photos"][0]["url"]
        assert app.test_client().get(picture).status_code == 302


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Photo 2 seems to show Kim, not Kai."),
        ("ko", "2번 사진은 Kai 학생이 아니라 Kim 학생으로 보입니다."),
    ],
)
def test_somebody_else_s_photo_is_pointed_out(
    browser, url, db, course, student, photos, demo_people, enrol_face, language, sentence
):
    enrolment.record_consent(db, student, "the test")
    kim = enrol_face(course, "omar", "2026002", photos=2)
    kim.name = "Kim"
    db.commit()
    wrong = (demo_people / "omar" / "enrol" / "03.jpg").read_bytes()
    browser.language = language
    send(browser, url, photos[0])
    (told,) = send(browser, url, wrong).json["photos"]
    assert told["accepted"]
    assert [warning["code"] for warning in told["warnings"]] == ["different_people"]
    (told,) = send(browser, url, photos[1]).json["photos"]
    assert "somebody_else" not in [warning["code"] for warning in told["warnings"]]  # It is not this photo.
    page = browser.get(url).text
    assert sentence in page
    assert 'data-code="somebody_else"' in page
    assert page.count("photo-doubted") == 1
