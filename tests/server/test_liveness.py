"""Challenges, and what a visit without a person in it comes to."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from benchmarks.presentation import Scene
from server.models import Attendance, Challenge, ChallengeKind, CheckIn, ClassSession, Kiosk, utc_now
from server.services import class_sessions, kiosks, liveness
from server.settings import Settings
from tests.server.people import Visitor, fresh, reason
from tests.server.turning_scene import jpeg, turning_scenes

STUDENT = "mira"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"liveness": "required"})


@pytest.fixture
def session(db, course, enrol_face) -> ClassSession:
    enrol_face(course, STUDENT, "1")
    return class_sessions.start(db, course, "Cells")


@pytest.fixture
def kiosk(db, instructor, client) -> Kiosk:
    """The client's."""
    kiosk, token = kiosks.register(db, "Room 1", instructor)
    client.set_cookie("kiosk", token)
    return kiosk


@dataclass
class Challenged:
    """Somebody before the kiosk, who is asked and answers."""

    client: FlaskClient
    session_id: int

    def ask(self, kind: str | None = None) -> dict[str, Any]:
        """A challenge; asked for again until it is of this kind."""
        while True:
            response = self.client.post("/api/v1/challenges", json={"session_id": self.session_id})
            assert response.status_code == 200, response.data
            challenge = response.json["challenge"]
            if kind in {None, challenge["kind"]}:
                return challenge

    def visit(self, scene: Scene, challenge: dict | None, **fields: Any) -> TestResponse:
        if challenge is not None:
            fields["challenge"] = challenge["id"]
            fields["challenge_frames"] = [
                FileStorage(io.BytesIO(jpeg(frame)), f"{number}.jpg")
                for number, frame in enumerate(scene.asked)
            ]
        visitor = Visitor(self.client, self.session_id)
        return visitor.show([jpeg(frame) for frame in scene.burst], **fields)


@pytest.fixture
def challenged(client, kiosk, session) -> Challenged:
    return Challenged(client, session.id)


@pytest.fixture(scope="module")
def scenes(engine, demo_people: Path) -> Callable[[str], Scene]:
    """The student, who turns to their left; and a photograph of theirs."""
    return turning_scenes(engine, demo_people / STUDENT / "probe" / "01.jpg").__getitem__


class TestAsking:
    def test_the_kiosk_knows_which_sessions_ask(self, demo_class, challenged, client):
        sessions = client.get("/api/v1/kiosk").json["sessions"]
        asking = {one["id"]: one["challenges"] for one in sessions}
        assert asking.pop(challenged.session_id) is True
        assert set(asking.values()) <= {False}

    def test_a_challenge_is_one_of_two_and_good_for_seconds(self, challenged):
        kinds = {challenged.ask()["kind"] for _ in range(40)}
        assert kinds == {"turn_left", "turn_right"}

    def test_the_demo_class_is_never_challenged(self, client, demo_class):
        answer = client.post("/api/v1/challenges", json={"session_id": demo_class.session.id})
        assert answer.json == {"challenge": None}

    def test_a_browser_that_is_no_kiosk_gets_none(self, client, session):
        answer = client.post("/api/v1/challenges", json={"session_id": session.id})
        assert (answer.status_code, reason(answer)) == (401, "kiosk_not_paired")

    @pytest.mark.parametrize(
        "body", [None, [], {}, {"session_id": "1"}, {"session_id": True}, {"session_id": -1}]
    )
    def test_a_malformed_question_is_refused(self, client, kiosk, body):
        assert client.post("/api/v1/challenges", json=body).status_code == 400


class TestRedeeming:
    @pytest.fixture
    def challenge(self, db, session, kiosk) -> Challenge:
        return liveness.ask(db, session, kiosk)

    def redeem(self, db, challenge, **changed):
        given = {"nonce": "a", "session_id": challenge.session_id, "kiosk_id": challenge.kiosk_id} | changed
        return liveness.redeem(db, challenge.id, **given)

    def test_once_for_one_visit_which_may_come_again(self, db, challenge):
        kind = ChallengeKind(challenge.kind)
        assert self.redeem(db, challenge) == (kind, None)
        assert self.redeem(db, challenge) == (kind, None)
        assert self.redeem(db, challenge, nonce="b") == (None, "challenge_used")

    def test_not_by_another_kiosk_or_for_another_session(self, db, challenge):
        assert self.redeem(db, challenge, kiosk_id=None) == (None, "challenge_unknown")
        assert self.redeem(db, challenge, session_id=challenge.session_id + 1) == (None, "challenge_unknown")

    def test_not_after_its_time(self, db, challenge):
        challenge.expires_at = utc_now() - timedelta(seconds=1)
        db.commit()
        assert self.redeem(db, challenge) == (None, "challenge_expired")

    def test_of_visits_at_the_same_moment_one_has_it(self, db, challenge, runtime):
        made = {"session_id": challenge.session_id, "kiosk_id": challenge.kiosk_id}
        challenge_id = challenge.id
        db.rollback()

        def redeem(nonce: int):
            with runtime.sessions() as own:
                return liveness.redeem(own, challenge_id, nonce=str(nonce), **made)[1]

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(redeem, range(8)))
        assert sorted(found, key=str) == [None] + ["challenge_used"] * 7

    def test_old_ones_are_forgotten(self, db, session, kiosk, challenge):
        challenge.expires_at = utc_now() - timedelta(hours=2)
        db.commit()
        newer = liveness.ask(db, session, kiosk)
        assert db.scalars(select(Challenge.id)).all() == [newer.id]


class TestVisits:
    def problems(self, response: TestResponse) -> list[str]:
        assert (response.status_code, reason(response)) == (422, "not_live"), response.data
        assert "student" not in response.json
        return response.json["problems"]

    def test_somebody_who_turns_as_asked_is_let_in_and_the_record_says_so(self, challenged, scenes, db):
        response = challenged.visit(scenes("turn"), challenged.ask("turn_left"))
        assert reason(response) == "match", response.data
        challenged.client.post(f"/api/v1/check-ins/{response.json['id']}/answer", json={"answer": "O"})
        assert fresh(db).scalar(select(Attendance.challenged)) is True

    def test_a_film_of_the_wrong_turn_is_not(self, challenged, scenes):
        response = challenged.visit(scenes("turn"), challenged.ask("turn_right"))
        assert self.problems(response) == ["wrong_way"]

    def test_a_photograph_is_not_and_nothing_is_recorded(self, challenged, scenes, db):
        assert self.problems(challenged.visit(scenes("photo"), challenged.ask())) == ["no_turn"]
        assert fresh(db).scalar(select(Attendance.id)) is None
        assert db.scalar(select(CheckIn.student_id)) is None

    def test_a_program_that_knows_of_no_challenges_is_told(self, challenged, scenes):
        assert self.problems(challenged.visit(scenes("turn"), None)) == ["challenge_missing"]

    def test_a_challenge_without_pictures_of_it_is_missing(self, challenged, scenes):
        scene = Scene(scenes("turn").burst, [])
        assert self.problems(challenged.visit(scene, challenged.ask())) == ["challenge_missing"]

    def test_a_challenge_serves_one_visit(self, challenged, scenes):
        challenge = challenged.ask("turn_left")
        first = challenged.visit(scenes("turn"), challenge)
        again = challenged.visit(scenes("turn"), challenge)
        assert reason(first) == "match"
        assert self.problems(again) == ["challenge_used"]

    def test_the_face_has_to_be_on_the_body_that_made_the_gesture(self, challenged, scenes):
        elsewhere = [0.1, 0.9, 0.9, 0.2, 0.95, 0.9, 0.02, 0.95, 0.9]
        for gesture in ('{"way": "gesture"}', f'{{"way": "touch", "bodies": {[elsewhere] * 4}}}'):
            response = challenged.visit(scenes("turn"), challenged.ask("turn_left"), gesture=gesture)
            assert self.problems(response) == ["another_body"]

    def test_a_visit_kept_without_a_network_is_taken_and_marked(self, challenged, scenes, db):
        response = challenged.visit(scenes("turn"), None, kept="true")
        assert reason(response) == "match", response.data
        challenged.client.post(f"/api/v1/check-ins/{response.json['id']}/answer", json={"answer": "O"})
        assert fresh(db).scalar(select(Attendance.challenged)) is False

    def test_too_many_pictures_are_refused(self, challenged, scenes):
        scene = scenes("turn")
        response = challenged.visit(Scene(scene.burst, scene.asked[:1] * 11), challenged.ask())
        assert (response.status_code, reason(response)) == (400, "invalid_frames")
