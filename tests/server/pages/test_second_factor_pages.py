"""Signing in with more than a password, and setting that up."""

import html
import re
import time

import pyotp
import pytest

from tests.server.pages.conftest import Browser
from tests.server.people import PASSWORD, Auth


@pytest.fixture
def somebody(app):
    return Browser(Auth(app))


@pytest.fixture
def totp(browser):
    """The instructor's app, set up on the page."""
    page = browser.follow(browser.post("/account/codes"))
    secret = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    totp = pyotp.TOTP(secret)
    answer = browser.post("/account/codes/confirmation", {"code": totp.at(time.time() - 30)})
    assert "From now on, signing in asks for a code." in answer.text
    totp.recovery = re.findall(r"<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>", answer.text)
    assert len(totp.recovery) == 10
    return totp


def password(browser, instructor, next_page="/courses"):
    return browser.post(
        "/sign-in", {"email": instructor.email, "password": PASSWORD}, query_string={"next": next_page}
    )


def test_the_password_alone_opens_nothing(somebody, instructor, totp):
    answer = password(somebody, instructor)
    assert answer.headers["Location"] == "/sign-in/second?next=/courses"
    assert somebody.get("/courses").status_code == 302
    wrong = somebody.post("/sign-in/second", {"code": "000000"})
    assert wrong.status_code == 422
    assert "This code is wrong" in wrong.text
    answer = somebody.post("/sign-in/second?next=/courses", {"code": totp.now()})
    assert answer.headers["Location"] == "/courses"
    assert somebody.get("/courses").status_code == 200


def test_a_recovery_code_stands_in(somebody, instructor, totp):
    password(somebody, instructor)
    assert somebody.post("/sign-in/second", {"code": totp.recovery[3]}).status_code == 302
    assert somebody.get("/").status_code == 200


def test_guessing_is_throttled_wherever_it_comes_from(app, instructor, totp):
    codes = []
    for _ in range(2):
        guesser = Browser(Auth(app))
        password(guesser, instructor)
        codes += [guesser.post("/sign-in/second", {"code": "000000"}).status_code for _ in range(3)]
    assert codes == [422] * 5 + [429]


def test_without_the_password_there_is_no_second_step(somebody):
    assert somebody.get("/sign-in/second").headers["Location"].startswith("/sign-in?")


def test_an_open_browser_is_not_enough_to_change_anything(browser, instructor, totp):
    with browser.client.session_transaction() as session:
        session["proved"] = time.time() - 3600
    page = browser.get("/account/second-factors").text
    assert "First, your password again" in page
    for path in ("codes", "codes/removal", "recovery-codes", "passkeys/options", "passkeys"):
        assert browser.post(f"/account/{path}").status_code == 403
    assert browser.post("/account/proof", {"present": "no"}).status_code == 422
    browser.post("/account/proof", {"present": PASSWORD})
    assert "Make new codes" in browser.get("/account/second-factors").text
    assert "Signing in asks for no code" in browser.follow(browser.post("/account/codes/removal"))


def test_an_administrator_helps_who_lost_everything(app, administrator, instructor, totp, somebody):
    operator = Browser(Auth(app).sign_in(administrator))
    assert "In use." in operator.get(f"/people/{instructor.id}").text
    operator.post(f"/people/{instructor.id}/second-factors/removal")
    assert password(somebody, instructor).headers["Location"] == "/courses"


def test_what_a_script_sends_instead_of_a_passkey_is_refused(somebody):
    for credential in ("", "x", "[]", "{}", "[" * 5000):
        answer = somebody.post("/sign-in/passkey", {"credential": credential})
        assert answer.status_code == 400
        assert "This passkey was not accepted." in html.unescape(answer.text)
