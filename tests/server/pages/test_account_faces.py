"""The face as a second factor: set up beside others, tried after the password, at rest after five tries."""

import html
import io
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from benchmarks.presentation import Scene
from recognition.image import decode_image
from server.exceptions import Conflict
from server.models import (
    AccountFace,
    AccountFaceChallenge,
    AccountFaceTemplate,
    AuditEntry,
    Role,
    utc_now,
)
from server.services import (
    account_face_tries,
    account_faces,
    one_time_codes,
    people,
    sealed_stores,
    second_factors,
)
from server.services.vault import Vault, VaultError
from tests.server.pages.conftest import Browser
from tests.server.people import PASSWORD, Auth, fresh, make_account
from tests.server.turning_scene import jpeg, turning_scenes

OWNER, OTHER = "mira", "leo"
SHOTS = ("front", "smile", "down_left")


@pytest.fixture(scope="module")
def people_seen(engine, demo_people: Path) -> dict[str, dict[str, Scene]]:
    """Scenes of the account's owner, and of somebody else."""
    return {
        who: turning_scenes(engine, demo_people / person / "probe" / "01.jpg")
        for who, person in (("owner", OWNER), ("other", OTHER))
    }


@pytest.fixture(scope="module")
def shots(demo_people: Path) -> dict[str, bytes]:
    """The owner's."""
    pictures = sorted((demo_people / OWNER / "enrol").glob("*.jpg"))
    return {shot: path.read_bytes() for shot, path in zip(SHOTS, pictures, strict=False)}


@pytest.fixture(scope="module")
def observed(engine, shots):
    """What the networks make of them."""
    return {shot: engine.enrol(decode_image(picture)) for shot, picture in shots.items()}


@pytest.fixture
def totp(db, runtime, instructor) -> pyotp.TOTP:
    """The instructor's app: the factor that has to be there first."""
    totp = pyotp.parse_uri(one_time_codes.start(db, runtime.vault, instructor))
    one_time_codes.confirm(db, runtime.vault, instructor, totp.at(time.time() - 30))
    return totp


@pytest.fixture
def owner(db, runtime, engine, instructor, totp, observed):
    """The instructor, with a face in use."""
    account_faces.agree(db, instructor)
    for shot, seen in observed.items():
        assert account_faces.keep_shot(db, runtime.vault, instructor.id, shot, seen, engine.embedder_id)
    assert account_faces.in_use(db, instructor)
    return instructor


@pytest.fixture
def somebody(app) -> Browser:
    """A browser of somebody who knows the password."""
    return Browser(Auth(app))


def knows_the_password(browser: Browser, account, next_page="/courses"):
    form = {"email": account.email, "password": PASSWORD}
    return browser.post("/sign-in", form, query_string={"next": next_page})


def ask(browser: Browser, kind: str | None = None) -> dict:
    """A challenge; asked for again until it is of this kind."""
    while True:
        answer = browser.post("/sign-in/face/challenge")
        assert answer.status_code == 200, answer.text
        if kind in {None, answer.json["kind"]}:
            return answer.json


def show(browser: Browser, scene: Scene, challenge: dict):
    """A try, as the page's script sends it."""

    def files(name: str, frames) -> list[FileStorage]:
        return [
            FileStorage(io.BytesIO(jpeg(frame)), f"{number}.jpg", name) for number, frame in enumerate(frames)
        ]

    form = {
        "challenge": challenge["id"],
        "frames": files("frames", scene.burst),
        "challenge_frames": files("challenge_frames", scene.asked),
    }
    body, length, boundary = stream_encode_multipart(MultiDict(form), use_tempfile=False)
    return browser.client.post(
        "/sign-in/face?next=/courses",
        input_stream=body,
        content_length=length,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Accept-Language": browser.language, "X-CSRFToken": browser.auth.token()},
    )


class TestSigningIn:
    @pytest.mark.parametrize("worn", ["turn", "masked"])
    def test_the_owner_who_turns_as_asked_comes_in_with_a_mask_and_without(
        self, somebody, owner, people_seen, db, worn
    ):
        knows_the_password(somebody, owner)
        assert "Use the camera" in somebody.get("/sign-in/second?next=/courses").text
        page = somebody.get("/sign-in/face?next=/courses")
        assert page.headers["Permissions-Policy"].startswith("camera=(self)")
        assert somebody.get("/courses").status_code == 302
        with somebody.client.session_transaction() as session:
            session["planted"] = "by somebody else"
        answer = show(somebody, people_seen["owner"][worn], ask(somebody, "turn_left"))
        assert (answer.status_code, answer.json) == (200, {"next": "/courses"}), answer.text
        assert somebody.get("/courses").status_code == 200
        with somebody.client.session_transaction() as session:
            assert "planted" not in session
            assert "waiting" not in session
        entry = fresh(db).scalar(select(AuditEntry).where(AuditEntry.action == "sign_in"))
        assert (entry.subject, entry.detail) == (f"account:{owner.id}", {"way": "face"})

    def test_somebody_else_who_turns_as_asked_does_not(self, somebody, owner, people_seen, db):
        knows_the_password(somebody, owner)
        answer = show(somebody, people_seen["other"]["turn"], ask(somebody, "turn_left"))
        assert answer.status_code == 422
        assert answer.json["message"] == "The camera did not recognise you. 4 tries are left."
        assert somebody.get("/courses").status_code == 302
        failed = select(AuditEntry.detail).where(AuditEntry.action == "second_factor_failed")
        assert fresh(db).scalar(failed) == {"way": "face"}

    def test_a_picture_learns_nothing_of_whose_it_is(self, somebody, owner, people_seen):
        knows_the_password(somebody, owner)
        told = [
            show(somebody, people_seen[who]["photo"], ask(somebody)).json["message"]
            for who in ("owner", "other")
        ]
        assert [one.rsplit(". ", 1)[0] for one in told] == [
            "Please turn your head further, and stay so until the ring is full"
        ] * 2

    def test_a_film_of_the_other_turn_is_refused_in_the_browser_s_language(
        self, somebody, owner, people_seen
    ):
        somebody.language = "ko"
        knows_the_password(somebody, owner)
        answer = show(somebody, people_seen["owner"]["turn"], ask(somebody, "turn_right"))
        assert answer.json == {"left": 4, "message": "반대쪽으로 돌리셨습니다. 4번 더 할 수 있습니다."}

    def test_a_challenge_serves_one_try_of_one_account_in_time(self, app, somebody, owner, people_seen, db):
        knows_the_password(somebody, owner)
        challenge = ask(somebody, "turn_left")
        show(somebody, people_seen["other"]["turn"], challenge)
        replayed = show(somebody, people_seen["owner"]["turn"], challenge)
        late = ask(somebody, "turn_left")
        fresh(db).execute(update(AccountFaceChallenge).values(expires_at=utc_now() - timedelta(seconds=1)))
        db.commit()
        for answer in (
            replayed,
            show(somebody, people_seen["owner"]["turn"], late),
            show(somebody, people_seen["owner"]["turn"], {"id": "of nobody"}),
        ):
            assert (answer.status_code, answer.json["left"]) == (422, 4), "it costs no try, and gives none"
            assert answer.json["message"].startswith("That took too long.")
        assert somebody.get("/courses").status_code == 302

    def test_an_account_that_is_disabled_meanwhile_stays_outside(self, somebody, owner, people_seen, db):
        knows_the_password(somebody, owner)
        challenge = ask(somebody, "turn_left")
        fresh(db)
        owner.is_active = False
        db.commit()
        assert show(somebody, people_seen["owner"]["turn"], challenge).status_code == 401
        assert somebody.post("/sign-in/face/challenge").status_code == 401

    def test_without_the_password_there_is_no_camera(self, somebody, owner):
        assert somebody.get("/sign-in/face").headers["Location"].startswith("/sign-in?")
        assert somebody.post("/sign-in/face/challenge").status_code == 401
        assert somebody.post("/sign-in/face").status_code == 401

    def test_pictures_that_are_none_cost_no_try(self, somebody, owner, db):
        knows_the_password(somebody, owner)
        broken = {"frames": FileStorage(io.BytesIO(b"x"), "1.jpg")}
        for form in ({}, broken):
            answer = somebody.post("/sign-in/face", form, content_type="multipart/form-data")
            assert answer.status_code == 400
        assert account_face_tries.tries_left(fresh(db), owner) == account_face_tries.TRIES


class TestFiveTries:
    @pytest.fixture
    def tired(self, db, owner):
        """After five tries that failed."""
        db.execute(update(AccountFace).values(failures=account_face_tries.TRIES))
        db.commit()
        return owner

    def test_the_sixth_is_not_looked_at_and_the_other_ways_stay_open(
        self, somebody, owner, people_seen, db, totp
    ):
        db.execute(update(AccountFace).values(failures=account_face_tries.TRIES - 1))
        db.commit()
        knows_the_password(somebody, owner)
        kept = ask(somebody, "turn_left")
        fifth = show(somebody, people_seen["other"]["photo"], ask(somebody))
        assert fifth.json["left"] == 0
        assert "sign in another way" in fifth.json["message"]
        assert show(somebody, people_seen["owner"]["turn"], kept).status_code == 409
        assert somebody.post("/sign-in/face/challenge").status_code == 409
        assert somebody.get("/sign-in/face").headers["Location"] == "/sign-in/second?next=/"
        page = html.unescape(somebody.get("/sign-in/second").text)
        assert "did not recognise you five times" in page
        assert "Use the camera" not in page
        somebody.post("/sign-in/second", {"code": totp.now()})
        assert somebody.get("/courses").status_code == 200
        assert account_face_tries.tries_left(fresh(db), owner) == account_face_tries.TRIES

    def test_another_browser_has_none_either(self, app, tired):
        elsewhere = Browser(Auth(app))
        knows_the_password(elsewhere, tired)
        assert elsewhere.post("/sign-in/face/challenge").status_code == 409

    def test_many_at_the_same_moment_have_five(self, db, runtime, owner):
        owner_id = owner.id
        db.commit()

        def count(_number: int) -> str:
            with runtime.sessions() as own:
                try:
                    account_face_tries._count(own, owner_id)
                except Conflict as error:
                    return error.reason
            return "counted"

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(count, range(12)))
        assert found.count("counted") == account_face_tries.TRIES
        assert set(found) == {"counted", "face_rests"}

    def test_the_owner_s_success_starts_the_count_anew(self, somebody, owner, people_seen, db):
        knows_the_password(somebody, owner)
        show(somebody, people_seen["owner"]["photo"], ask(somebody))
        assert account_face_tries.tries_left(fresh(db), owner) == 4
        show(somebody, people_seen["owner"]["turn"], ask(somebody, "turn_left"))
        assert account_face_tries.tries_left(fresh(db), owner) == 5


class TestSettingUp:
    def test_it_needs_another_factor_and_the_password_first(self, browser, instructor, shots):
        assert "Set up the camera" not in browser.get("/account/second-factors").text
        assert browser.get("/account/face").status_code == 302
        assert browser.post("/account/face/consent", {"agreed": "y"}).status_code == 409
        with browser.client.session_transaction() as session:
            session["proved"] = time.time() - 3600
        for path in ("consent", "shots", "removal"):
            assert browser.post(f"/account/face/{path}").status_code == 403

    def test_consent_then_shots_then_it_is_in_use(self, browser, instructor, totp, shots, db):
        assert "Set up the camera" in browser.get("/account/second-factors").text
        page = browser.get("/account/face")
        assert "First, your consent" in page.text
        assert page.headers["Permissions-Policy"].startswith("camera=(self)")
        early = self.take(browser, "front", shots["front"])
        assert early.json["photos"][0]["reason"] == "consent_missing"
        assert browser.post("/account/face/consent").status_code == 422
        assert 'id="wizard"' in browser.follow(browser.post("/account/face/consent", {"agreed": "y"}))
        taken = [self.take(browser, shot, picture).json for shot, picture in shots.items()]
        assert [one["recognisable"] for one in taken] == [False, False, True]
        assert browser.get("/account/face").text.count('data-taken="true"') == 3
        assert "In use: after the password" in browser.get("/account/second-factors").text
        actions = fresh(db).execute(select(AuditEntry.action, AuditEntry.detail)).all()
        assert ("second_factor_added", {"kind": "face"}) in [tuple(row) for row in actions]

    def test_a_shot_is_guided_and_taken_again_in_place_of_the_first(self, browser, owner, shots, db):
        form = {"frame": FileStorage(io.BytesIO(shots["front"]), "f.jpg"), "shot": "front"}
        guidance = browser.post("/account/face/shots/check", form, content_type="multipart/form-data")
        assert guidance.json["box"] is not None
        assert self.take(browser, "front", shots["smile"]).json["photos"][0]["accepted"]
        assert fresh(db).scalar(select(func.count(AccountFaceTemplate.id))) == 3

    def test_somebody_else_s_face_does_not_join(self, browser, owner, people_seen):
        picture = jpeg(people_seen["other"]["photo"].burst[0])
        (told,) = self.take(browser, "down_right", picture).json["photos"]
        assert (told["accepted"], told["reason"]) == (False, "another_person")

    def test_it_can_be_deleted_at_any_time(self, browser, owner, db):
        db.rollback()  # What reads on holds up what is deleted.
        page = browser.follow(browser.post("/account/face/removal"))
        assert "Your face is deleted." in page
        assert self.left(db) == [0, 0]

    def test_it_goes_with_the_last_factor_that_it_stands_in_for(self, browser, owner, db):
        browser.post("/account/codes/removal")
        assert self.left(db) == [0, 0]

    def take(self, browser, shot, picture):
        form = {"photos": FileStorage(io.BytesIO(picture), "p.jpg"), "shot": shot}
        return browser.post("/account/face/shots", form, content_type="multipart/form-data")

    def left(self, db) -> list[int]:
        fresh(db)
        tables = (AccountFace.account_id, AccountFaceTemplate.id)
        return [db.scalar(select(func.count(column))) for column in tables]


class TestWhatIsKept:
    @pytest.mark.parametrize("why", ["account", "disabled", "role", "lost everything"])
    def test_it_goes_with(self, db, owner, administrator, why):
        match why:
            case "account":
                db.delete(owner)
                db.commit()
            case "disabled":
                people.set_active(db, administrator, owner, False)
            case "role":
                people.change(db, administrator, owner, Role.ASSISTANT, ())
            case _:
                second_factors.remove_all(db, owner)
        assert TestSettingUp().left(db) == [0, 0]

    def test_templates_are_sealed_for_their_account(self, db, runtime, engine, owner):
        other = make_account(db, "other@school.example")
        row = db.scalars(select(AccountFaceTemplate)).first()
        with pytest.raises(VaultError):
            runtime.vault.open(row.vector_encrypted, account_faces.purpose(other.id, engine.embedder_id))
        found = account_faces.templates(db, runtime.vault, owner.id, engine.embedder_id)
        assert found.shape == (3, engine.embedder.dimensions)

    def test_a_rotation_of_the_key_seals_them_anew(self, db, runtime, engine, owner, settings):
        vault, owner_id = Vault(bytes(range(32)), [runtime.keys.data]), owner.id
        assert list(sealed_stores.reseal(db, vault, settings.data_dir))
        assert (
            len(account_faces.templates(fresh(db), Vault(bytes(range(32))), owner_id, engine.embedder_id))
            == 3
        )

    def test_another_embedder_does_not_compare_them(self, somebody, owner, people_seen, db):
        db.execute(update(AccountFaceTemplate).values(embedder_id="facenet-other"))
        db.commit()
        knows_the_password(somebody, owner)
        answer = show(somebody, people_seen["owner"]["turn"], ask(somebody))
        assert answer.status_code == 409
        assert "take your photos again" in html.unescape(answer.text)
