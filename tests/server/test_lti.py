"""LTI 1.3 with a platform on the loopback: who comes in, who does not, what is exchanged."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from server.models import Account, LtiContext, LtiPerson, Role, Student
from server.services import (
    attendance,
    class_sessions,
    courses,
    lti_exchange,
    lti_launches,
    lti_platforms,
    one_time_codes,
)
from tests.server.lti_platform import CLAIM, CLIENT, DEPLOYMENT, Platform
from tests.server.pages.conftest import Browser
from tests.server.people import Auth, fresh, make_account


@pytest.fixture
def platform(app, db, administrator) -> Iterator[Platform]:
    running = Platform(lambda: app.test_client().get("/lti/keys.json").json)
    runtime = app.extensions["face_checkin"]
    lti_platforms.register(
        db,
        administrator,
        runtime.vault,
        name="Moodle",
        issuer=running.root,
        client_id=CLIENT,
        deployment_ids=[DEPLOYMENT],
        auth_login_url=f"{running.root}/auth",
        auth_token_url=f"{running.root}/token",
        key_set_url=f"{running.root}/keys",
    )
    yield running
    running.stop()


class Visitor:
    """A browser that comes from the platform."""

    def __init__(self, app, platform: Platform) -> None:
        self.client, self.platform = app.test_client(), platform

    def begin(self, **changes: str) -> dict[str, str]:
        """The first step; what the platform is told."""
        said = {"iss": self.platform.root, "client_id": CLIENT, "login_hint": "7"} | changes
        answer = self.client.post(
            "/lti/login", data=said | {"target_link_uri": "http://localhost/lti/launch"}
        )
        assert answer.status_code == 302, answer.text
        place = urlsplit(answer.location)
        assert answer.location.startswith(f"{self.platform.root}/auth?")
        return {name: values[0] for name, values in parse_qs(place.query).items()}

    def launch(self, role: str = "Instructor", **changes):
        """Both steps."""
        asked = self.begin()
        assert asked["redirect_uri"] == "http://localhost/lti/launch"
        return self.send(asked["state"], self.platform.message(asked["nonce"], role, **changes))

    def send(self, state: str, token: str):
        return self.client.post("/lti/launch", data={"state": state, "id_token": token})


@pytest.fixture
def visitor(app, platform) -> Visitor:
    return Visitor(app, platform)


@pytest.fixture
def place(visitor, db, instructor, course) -> LtiContext:
    """The platform's course, connected with ours."""
    assert visitor.launch().status_code == 303
    found = fresh(db).scalars(select(LtiContext)).one()
    lti_launches.connect_course(db, found, course)
    return found


class TestComingIn:
    def test_an_instructor_gets_an_account_and_is_asked_which_course_it_is(self, visitor, db):
        answer = visitor.launch()
        assert answer.status_code == 303
        (account,) = fresh(db).scalars(select(Account).where(Account.email == "instructor@lms.example"))
        assert (account.name, account.role) == ("Seo-yeon Lee", Role.INSTRUCTOR)
        page = visitor.client.get(answer.location)
        assert "Biology 101" in page.text
        assert visitor.client.get("/courses").status_code == 200

    def test_the_second_time_it_is_the_same_person(self, app, platform, visitor, db):
        visitor.launch()
        assert Visitor(app, platform).launch(email="changed@lms.example").status_code == 303
        assert len(fresh(db).scalars(select(LtiPerson)).all()) == 1
        assert fresh(db).scalar(select(Account).where(Account.email == "changed@lms.example")) is None

    def test_such_an_account_has_no_password(self, visitor, app, db):
        visitor.launch()
        browser = Browser(Auth(app))
        answer = browser.post("/sign-in", {"email": "instructor@lms.example", "password": "!"})
        assert answer.status_code == 422

    def test_an_address_that_has_a_password_here_is_not_taken_over(self, app, visitor, db):
        owner = make_account(db, "instructor@lms.example")
        answer = visitor.launch()
        assert "/lti/connect/" in answer.location
        assert "/sign-in" in visitor.client.get("/courses").location
        browser = Browser(Auth(app).sign_in(owner))
        where = urlsplit(answer.location).path
        assert "Is this you?" in browser.get(where).text
        assert browser.post(where).status_code == 302
        assert browser.post(where).status_code == 404, "it is good once"
        again = visitor.launch()
        assert "/lti/contexts/" in again.location

    def test_a_second_factor_is_asked_for_as_ever(self, app, platform, visitor, runtime, db):
        visitor.launch()
        account = fresh(db).scalar(select(Account).where(Account.email == "instructor@lms.example"))
        totp = pyotp.parse_uri(one_time_codes.start(db, runtime.vault, account))
        one_time_codes.confirm(db, runtime.vault, account, totp.now())
        again = Visitor(app, platform)
        answer = again.launch()
        assert "next=" in answer.location
        assert "/sign-in" in again.client.get("/courses").location

    def test_a_disabled_account_stays_out(self, visitor, db):
        visitor.launch()
        account = fresh(db).scalar(select(Account).where(Account.email == "instructor@lms.example"))
        account.is_active = False
        db.commit()
        visitor.client = visitor.client.application.test_client()
        assert "/lti/connect/" in visitor.launch().location
        assert "/sign-in" in visitor.client.get("/courses").location

    def test_the_course_is_connected_with_one_of_the_accounts_own(self, visitor, db):
        where = visitor.launch().location
        auth = Auth(visitor.client.application)
        auth.client = visitor.client
        assert Browser(auth).post(urlsplit(where).path, {"course": ""}).status_code == 302
        found = fresh(db).scalars(select(LtiContext)).one()
        assert found.course.name == "Biology 101"
        assert "/courses/" in visitor.launch().location or visitor.client.get(where).status_code == 302


class TestStayingOut:
    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "another-tool"},
            {"iss": "https://elsewhere.example"},
            {"exp": int(time.time()) - 3600},
            {"nonce": "made-up"},
            {f"{CLAIM}deployment_id": "not-registered"},
            {f"{CLAIM}message_type": "LtiDeepLinkingRequest"},
            {f"{CLAIM}version": "1.1"},
            {f"{CLAIM}context": {}},
            {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
            {"header": {"kid": "unknown"}},
        ],
        ids=lambda changes: next(iter(changes)).rsplit("/", 1)[-1],
    )
    def test_a_message_that_is_not_in_order(self, visitor, db, changes):
        answer = visitor.launch(**changes)
        assert answer.status_code == 400
        assert fresh(db).scalars(select(LtiPerson)).all() == []
        assert "/sign-in" in visitor.client.get("/courses").location

    def test_a_message_that_was_sent_before(self, visitor):
        asked = visitor.begin()
        token = visitor.platform.message(asked["nonce"])
        assert visitor.send(asked["state"], token).status_code == 303
        assert visitor.send(asked["state"], token).status_code == 400
        later = visitor.begin()
        assert visitor.send(later["state"], token).status_code == 400

    def test_a_message_for_another_browser(self, app, platform, visitor):
        asked = visitor.begin()
        other = Visitor(app, platform)
        other.begin()
        assert other.send(asked["state"], platform.message(asked["nonce"])).status_code == 400

    def test_no_signature_at_all(self, visitor):
        import jwt

        asked = visitor.begin()
        claims = jwt.decode(visitor.platform.message(asked["nonce"]), options={"verify_signature": False})
        unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": "platform-key"})
        assert visitor.send(asked["state"], unsigned).status_code == 400
        assert visitor.send(asked["state"], "no.token.atall").status_code == 400

    def test_a_platform_that_nobody_registered(self, visitor):
        said = {"iss": "https://elsewhere.example", "client_id": CLIENT, "login_hint": "7"}
        assert visitor.client.post("/lti/login", data=said).status_code == 400

    def test_a_platform_whose_keys_cannot_be_read(self, visitor):
        asked = visitor.begin()
        token = visitor.platform.message(asked["nonce"])
        visitor.platform.away = True
        assert visitor.send(asked["state"], token).status_code == 400

    def test_somebody_who_neither_teaches_nor_learns(self, visitor):
        assert visitor.launch("Observer").status_code == 403


MEMBERS = [
    {
        "user_id": "u1",
        "lis_person_sourcedid": "20260001",
        "name": "남궁하늘별",
        "roles": ["Learner"],
    },
    {"user_id": "u2", "lis_person_sourcedid": "20260002", "name": "이서연", "roles": ["Learner"]},
    {"user_id": "u3", "name": "A teacher", "roles": ["Instructor"]},
    {"user_id": "u4", "name": "Gone", "roles": ["Learner"], "status": "Inactive"},
    {"user_id": "u5", "lis_person_sourcedid": "20260005", "name": " ", "roles": ["Learner"]},
]


class TestExchange:
    def test_the_roster_comes_over_several_pages(self, runtime, db, place, course, platform):
        platform.members = MEMBERS
        result = lti_exchange.fetch_roster(db, place, course, runtime.vault)
        assert (result.added, result.already_enrolled, result.refused) == (3, 0, ())
        names = {entry.student.number: entry.student.name for entry in courses.roster(db, course)}
        assert names == {"20260001": "남궁하늘별", "20260002": "이서연", "20260005": "20260005"}
        again = lti_exchange.fetch_roster(db, place, course, runtime.vault)
        assert (again.added, again.already_enrolled, again.refused) == (0, 3, ())

    def test_a_number_of_somebody_else_is_told(self, runtime, db, place, course, platform):
        db.add(Student(number="20260002", name="Somebody Else"))
        db.commit()
        platform.members = MEMBERS[:2]
        result = lti_exchange.fetch_roster(db, place, course, runtime.vault)
        assert result.added == 1
        assert result.refused == (("이서연", "student_number_taken"),)

    def test_rates_go_to_the_gradebook(self, runtime, db, place, course, platform, instructor):
        platform.members = MEMBERS[:2]
        lti_exchange.fetch_roster(db, place, course, runtime.vault)
        first, second = (entry.student for entry in courses.roster(db, course))
        for status in ("present", "late", "excused", "absent"):
            session = class_sessions.start(db, course)
            attendance.mark(db, session, first, status, instructor)
            class_sessions.close(db, session)
        assert lti_exchange.send_rates(db, place, course, runtime.vault) == 2
        assert [item["tag"] for item in platform.line_items] == ["attendance"]
        given = {score["userId"]: score["scoreGiven"] for score in platform.scores}
        assert sorted(given.values()) == [0, 66.7]
        lti_exchange.send_rates(db, place, course, runtime.vault)
        assert len(platform.line_items) == 1
        assert second.id != first.id

    def test_a_platform_that_is_away_is_told_and_nothing_changes(self, app, db, place, course, platform):
        platform.away = True
        browser = Browser(Auth(app).sign_in(course.instructors[0]))
        answer = browser.post(f"/courses/{course.id}/platforms/{place.id}/roster")
        assert "does not answer" in browser.follow(answer)
        assert fresh(db).scalars(select(Student)).all() == []

    def test_the_page_does_both(self, app, db, place, course, platform):
        platform.members = MEMBERS[:2]
        browser = Browser(Auth(app).sign_in(course.instructors[0]))
        page = f"/courses/{course.id}/platforms"
        assert "Biology 101" in browser.get(page).text
        said = browser.follow(browser.post(f"{page}/{place.id}/roster"))
        assert "2 students added" in said
        assert "0 rates were sent" in browser.follow(browser.post(f"{page}/{place.id}/rates"))
        assert browser.post(f"{page}/{place.id}/end").status_code == 302
        assert browser.post(f"{page}/{place.id}/rates").status_code == 404

    def test_a_student_sees_their_own_rate_and_nothing_else(
        self, app, runtime, db, place, course, platform, instructor
    ):
        stranger = Visitor(app, platform)
        assert stranger.launch("Learner", sub="u1").status_code == 404
        platform.members = MEMBERS[:2]
        lti_exchange.fetch_roster(db, place, course, runtime.vault)
        (mine,) = (one.student for one in courses.roster(db, course) if one.student.number == "20260001")
        for status in ("present", "absent"):
            session = class_sessions.start(db, course)
            attendance.mark(db, session, mine, status, instructor)
            class_sessions.close(db, session)
        visitor = Visitor(app, platform)
        answer = visitor.launch("Learner", sub="u1")
        assert answer.status_code == 303
        page = visitor.client.get(answer.location)
        assert page.status_code == 200
        assert "남궁하늘별" in page.text
        assert "이서연" not in page.text
        assert "/sign-in" in visitor.client.get("/courses").location

    def test_another_instructors_connection_is_not_there(self, app, db, place, course):
        stranger = Browser(Auth(app).sign_in(make_account(db, "other@school.example")))
        assert stranger.get(f"/lti/contexts/{place.id}").status_code == 404
        assert stranger.post(f"/courses/{course.id}/platforms/{place.id}/roster").status_code == 404


class TestRegistering:
    FORM = {
        "name": "Canvas",
        "issuer": "https://canvas.example",
        "client_id": "1",
        "deployment_ids": "a\nb",
        "auth_login_url": "https://canvas.example/auth",
        "auth_token_url": "https://canvas.example/token",
        "key_set_url": "https://canvas.example/keys",
    }

    def test_an_administrator_registers_and_removes(self, app, db, administrator):
        browser = Browser(Auth(app).sign_in(administrator))
        assert "Canvas" in browser.follow(browser.post("/platforms", self.FORM))
        assert browser.post("/platforms", self.FORM).status_code == 422
        assert (
            browser.post("/platforms", self.FORM | {"key_set_url": "file:///etc/passwd"}).status_code == 422
        )
        (platform,) = lti_platforms.list_all(fresh(db))
        assert platform.deployment_ids == ["a", "b"]
        assert b"PRIVATE" not in platform.private_key_sealed
        browser.post(f"/platforms/{platform.id}/removal")
        assert lti_platforms.list_all(fresh(db)) == []

    def test_an_instructor_does_not(self, app, instructor):
        browser = Browser(Auth(app).sign_in(instructor))
        assert browser.get("/platforms").status_code == 403
        assert browser.post("/platforms", self.FORM).status_code == 403
