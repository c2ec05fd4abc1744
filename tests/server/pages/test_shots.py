"""The wizard's pages and the look at a camera's picture."""

import io
import json
import re

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from server.models import FacePhoto
from server.services import courses, enrolment, guided_shots
from tests.server.people import fresh


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "2026001", "Kai")


@pytest.fixture
def url(course, student):
    return f"/courses/{course.id}/students/{student.id}"


@pytest.fixture
def consent(db, student):
    enrolment.record_consent(db, student, "the test")


@pytest.fixture
def photos(demo_people):
    return [path.read_bytes() for path in sorted((demo_people / "kai" / "enrol").glob("*.jpg"))]


def small(data: bytes) -> bytes:
    """As the wizard sends a frame: at most 480 pixels a side."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    scale = 480 / max(image.shape[:2])
    return cv2.imencode(".jpg", cv2.resize(image, None, fx=scale, fy=scale))[1].tobytes()


def look(browser, url, frame, shot="front"):
    form = {"shot": shot, "frame": (io.BytesIO(frame), "frame.jpg")}
    return browser.post(f"{url}/shots/check", form, headers={"Accept": "application/json"})


def take(browser, url, data, shot):
    form = {"photos": (io.BytesIO(data), "photo.jpg"), "shot": shot}
    return browser.post(f"{url}/photos", form, headers={"Accept": "application/json"})


class TestTheWizard:
    def test_it_asks_for_consent_first_and_goes_on_from_there(self, browser, url, instructor):
        page = browser.get(f"{url}/shots").text
        assert "First, consent" in page
        assert 'id="wizard"' not in page
        answer = browser.post(f"{url}/consent", {"agreed": "y", "next": "shots"})
        assert answer.headers["Location"].endswith("/shots")
        page = browser.follow(answer)
        assert 'id="wizard"' in page
        assert f"Consent to text {enrolment.CONSENT_TEXT_VERSION}" in page
        assert instructor.name in page

    def test_it_goes_on_where_it_was_left(self, browser, url, consent, photos):
        take(browser, url, photos[2], "smile")
        page = browser.get(f"{url}/shots").text
        taken = dict(re.findall(r'data-shot="(\w+)".*?data-taken="(\w+)"', page))
        assert taken.pop("smile") == "true"
        assert set(taken.values()) == {"false"}

    def test_only_its_page_may_use_the_camera(self, browser, url, consent):
        assert "camera=(self)" in browser.get(f"{url}/shots").headers["Permissions-Policy"]
        assert "camera=()" in browser.get(url).headers["Permissions-Policy"]

    def test_another_course_gives_nothing(self, browser, db, administrator, student, photos):
        other = courses.create(db, administrator, "X", "X", "Asia/Seoul", 10)
        elsewhere = f"/courses/{other.id}/students/{student.id}"
        assert browser.get(f"{elsewhere}/shots").status_code == 404
        assert look(browser, elsewhere, small(photos[0])).status_code == 404


class TestALook:
    def test_it_says_what_to_do_and_keeps_nothing(self, browser, url, consent, photos, db, student):
        answer = look(browser, url, small(photos[2]))
        assert (answer.status_code, answer.json["hint"], answer.json["fits"]) == (200, "ready", True)
        x, y, width, height = answer.json["box"]
        assert 0 < x < x + width < 1
        assert 0 < y < y + height < 1
        assert look(browser, url, small(photos[2]), "down_left").json["hint"] == "turn_left"
        assert enrolment.photos(fresh(db), student) == []

    def test_an_empty_room(self, browser, url, consent):
        room = cv2.imencode(".jpg", np.full((360, 480, 3), 120, np.uint8))[1].tobytes()
        answer = look(browser, url, room).json
        assert (answer["hint"], answer["box"]) == ("no_face", None)

    def test_the_turned_shots_are_measured_against_the_front_one(self, db, student, consent, photos, runtime):
        before = guided_shots._straight(db, student)
        enrolment.add_photo(
            db,
            None,
            student,
            photos[4],
            engine=runtime.engine,
            vault=runtime.vault,
            models=runtime.models,
            shot="front",
        )
        yaw, pitch = guided_shots._straight(db, student)
        assert (yaw, pitch) != before
        assert pitch > 14  # kai's fifth photo, as measured

    def test_without_consent_it_does_not_look(self, browser, url, photos):
        assert look(browser, url, small(photos[0])).status_code == 409

    @pytest.mark.parametrize(("frame", "shot"), [(b"no picture", "front"), (b"", "front"), (None, "upside")])
    def test_nonsense_is_refused(self, browser, url, consent, photos, frame, shot):
        assert look(browser, url, small(photos[0]) if frame is None else frame, shot).status_code == 400

    def test_a_big_picture_is_refused(self, browser, url, consent):
        big = cv2.imencode(".jpg", np.full((900, 1200, 3), 120, np.uint8))[1].tobytes()
        assert look(browser, url, big).status_code == 400

    def test_how_often_is_bounded(self, browser, url):
        """Five a second for a minute; then it is too many."""
        answers = [look(browser, url, b"x").status_code for _ in range(301)]
        assert answers == [409] * 300 + [429]


class TestTheShot:
    def test_a_retaken_shot_takes_the_place_of_the_earlier_one(
        self, browser, url, consent, photos, db, student
    ):
        first = take(browser, url, photos[0], "front").json["photos"][0]
        second = take(browser, url, photos[2], "front").json["photos"][0]
        assert (first["accepted"], second["accepted"]) == (True, True)
        assert browser.get(first["url"]).status_code == 404
        shots = fresh(db).scalars(select(FacePhoto.shot).where(FacePhoto.student_id == student.id)).all()
        assert shots == ["front"]

    def test_a_refused_one_leaves_the_earlier_one(self, browser, url, consent, photos, db, student):
        take(browser, url, photos[0], "front")
        refused = take(browser, url, b"no picture", "front").json["photos"][0]
        assert refused["accepted"] is False
        assert len(enrolment.photos(fresh(db), student)) == 1

    def test_an_unknown_shot_is_refused(self, browser, url, consent, photos):
        assert take(browser, url, photos[0], "upside").status_code == 400

    def test_the_words_are_those_of_the_page(self, browser, url, consent):
        browser.language = "ko"
        page = browser.get(f"{url}/shots").text
        raw = re.search(r'data-words="([^"]+)"', page)[1]
        words = json.loads(raw.replace("&#34;", '"').replace("&#39;", "'"))
        assert words["hints"]["come_closer"] == "조금 더 가까이 오세요"
