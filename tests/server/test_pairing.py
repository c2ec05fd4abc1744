"""Pairing: a code is shown for seconds, accepted once, collected once, by the browser that showed it."""

from datetime import timedelta

import pytest

from server.exceptions import Conflict, NotFound, TooMany
from server.models import PairingCode, utc_now
from server.services import kiosks, pairing
from tests.server.people import fresh, reason


@pytest.fixture
def kiosk_browser(app):
    """A browser that nobody is signed in with."""
    return app.test_client()


def shown(browser):
    answer = browser.post("/api/v1/pairings")
    assert answer.status_code == 200
    return answer.json["code"]


def test_a_browser_shows_a_code_and_becomes_a_kiosk_once_it_is_accepted(kiosk_browser, db, instructor):
    code = shown(kiosk_browser)
    assert kiosk_browser.post("/api/v1/pairings/collection").json == {"paired": False}
    pairing.accept(fresh(db), instructor, f"{code[:3]} {code[3:]}", "Room 204")
    collected = kiosk_browser.post("/api/v1/pairings/collection")
    assert collected.json == {"paired": True}
    cookies = collected.headers.getlist("Set-Cookie")
    (kiosk_cookie,) = [cookie for cookie in cookies if cookie.startswith("kiosk=")]
    assert "HttpOnly" in kiosk_cookie
    assert "SameSite=Strict" in kiosk_cookie
    assert kiosk_browser.get("/api/v1/kiosk").json["kiosk"] == {"name": "Room 204"}


def test_only_the_browser_that_showed_the_code_collects_and_only_once(app, kiosk_browser, db, instructor):
    code = shown(kiosk_browser)
    pairing.accept(fresh(db), instructor, code, "Room 204")
    stranger = app.test_client()
    shown(stranger)
    assert stranger.post("/api/v1/pairings/collection").json == {"paired": False}
    secret = kiosk_browser.get_cookie("pairing").value
    assert kiosk_browser.post("/api/v1/pairings/collection").json == {"paired": True}
    stranger.set_cookie("pairing", secret)
    assert stranger.post("/api/v1/pairings/collection").json == {"paired": False}


def test_a_code_is_accepted_once(kiosk_browser, db, instructor):
    code = shown(kiosk_browser)
    pairing.accept(fresh(db), instructor, code, "Room 204")
    with pytest.raises(Conflict, match="pairing_code_used"):
        pairing.accept(db, instructor, code, "Room 205")


def test_codes_rotate_and_the_one_before_lives_on_for_a_moment(kiosk_browser, db, instructor):
    first, second = shown(kiosk_browser), shown(kiosk_browser)
    assert first != second
    pairing.accept(fresh(db), instructor, first, "Room 204")
    assert kiosk_browser.post("/api/v1/pairings/collection").json == {"paired": True}
    with pytest.raises(NotFound, match="pairing_code_unknown"):
        pairing.accept(fresh(db), instructor, second, "Room 205")


def test_a_code_is_over_after_seconds(kiosk_browser, db, instructor):
    code = shown(kiosk_browser)
    asked = fresh(db).query(PairingCode).filter_by(code=code).one()
    assert asked.expires_at - utc_now() <= timedelta(seconds=80)
    asked.expires_at = utc_now() - timedelta(seconds=1)
    db.commit()
    with pytest.raises(NotFound, match="pairing_code_unknown"):
        pairing.accept(db, instructor, code, "Room 204")


def test_there_are_never_many_codes_to_guess_among(db, monkeypatch):
    monkeypatch.setattr(pairing, "MOST_CODES", 3)
    for _ in range(3):
        pairing.new_code(db, None)
    with pytest.raises(TooMany):
        pairing.new_code(db, None)


def test_a_kiosk_revoked_before_it_collected_gets_nothing(kiosk_browser, db, instructor):
    code = shown(kiosk_browser)
    kiosk = pairing.accept(fresh(db), instructor, code, "Room 204")
    kiosks.revoke(db, instructor, kiosk.id)
    assert kiosk_browser.post("/api/v1/pairings/collection").json == {"paired": False}


class TestTheToken:
    @pytest.fixture
    def paired(self, kiosk_browser, db, instructor):
        pairing.accept(fresh(db), instructor, shown(kiosk_browser), "Room 204")
        kiosk_browser.post("/api/v1/pairings/collection")
        return kiosk_browser

    def test_it_opens_no_door_but_the_kiosks(self, app, paired, demo_class):
        session = demo_class.session.id
        own = {"/kiosk", "/kiosk-worker.js", "/kiosk-files.json", "/sign-in", "/forgot-password"}
        pages = [
            rule.rule
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("pages.") and "GET" in rule.methods and not rule.arguments
        ]
        assert len(pages) > 4
        for page in set(pages) - own:
            with paired.get(page) as answer:
                shut = answer.status_code == 410 or "/sign-in" in answer.headers.get("Location", "")
                assert shut, page
        assert reason(paired.get(f"/api/v1/sessions/{session}/roster")) == "sign_in_required"
        assert reason(paired.get(f"/api/v1/events?session_id={session}")) == "sign_in_required"
        assert paired.get(f"/sessions/{session}").status_code == 302
        assert paired.post("/kiosks", data={"name": "another"}).status_code in {400, 401}

    def test_it_is_revoked_at_once(self, paired, db, instructor):
        (kiosk,) = kiosks.page_for(fresh(db), instructor).rows
        kiosks.revoke(db, instructor, kiosk.id)
        state = paired.get("/api/v1/kiosk").json
        assert (state["paired"], state["revoked"]) == (False, True)

    def test_a_browser_that_never_was_a_kiosk_was_not_revoked(self, client, db):
        assert client.get("/api/v1/kiosk").json["revoked"] is False


def test_another_site_cannot_ask(kiosk_browser):
    answer = kiosk_browser.post("/api/v1/pairings", headers={"Sec-Fetch-Site": "cross-site"})
    assert reason(answer) == "cross_site"


class TestTheDashboard:
    def test_an_instructor_accepts_what_the_kiosk_shows(self, app, auth, instructor, db):
        kiosk_browser = app.test_client()
        code = shown(kiosk_browser)
        auth.sign_in(instructor)
        form = {"csrf_token": auth.token(), "pairing-code": code, "pairing-name": "Room 204"}
        assert auth.client.post("/kiosks/pairing", data=form).status_code == 302
        assert "Room 204 is a kiosk now" in auth.client.get("/kiosks").text
        assert kiosk_browser.post("/api/v1/pairings/collection").json == {"paired": True}

    def test_a_wrong_code_is_said_at_its_field(self, auth, instructor):
        auth.sign_in(instructor)
        form = {"csrf_token": auth.token(), "pairing-code": "123 456", "pairing-name": "Room 204"}
        answer = auth.client.post("/kiosks/pairing", data=form)
        assert answer.status_code == 422
        assert "No kiosk shows this code now." in answer.text
