"""A teacher's door: invited by link, an authenticator app, a passkey, everywhere signed out."""

import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.running_server import RunningServer

PHONE = {"width": 390, "height": 844}
EMAIL, PASSWORD = "lee@school.example", "seven quiet mountains"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Without the demo class. Passkeys belong to a name, never to an address: it is called localhost."""
    running = RunningServer.start(tmp_path_factory.mktemp("accounts"), demo="false")
    yield running
    assert running.stop() == 0


def passkeys_of(page: Page) -> None:
    """Gives the page's browser an authenticator that its user is always glad to touch."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.long
def test_from_an_invitation_to_a_passkey(server: RunningServer, browsers: Browsers) -> None:
    root = server.url.replace("127.0.0.1", "localhost")
    wrong: dict[str, list[str]] = {}
    operator = browsers.page()
    dashboard = Instructor(operator, root)
    dashboard.become_administrator(server.setup_path())
    dashboard.create_course("BIO-101", "Biology 101")
    operator.goto(f"{root}/people/new")
    operator.locator("input[name=name]").fill("Seoyeon Lee")
    operator.locator("input[name=email]").fill(EMAIL)
    operator.get_by_label("BIO-101").check()
    wrong["invite"] = violations(operator)
    operator.locator("form:has(input[name=email]) button").click()
    link = operator.locator("#one-time-link").get_attribute("href")
    wrong["person"] = violations(operator)

    page = browsers.page(viewport=PHONE, color_scheme="dark")
    passkeys_of(page)
    page.goto(link)
    wrong["choose a password"] = violations(page)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=repeated]").fill(PASSWORD)
    page.locator("form:has(input[name=repeated]) button").click()
    sign_in(page)
    page.goto(f"{root}/account/second-factors")
    page.locator("form[action$='/account/codes'] button").click()
    wrong["the app's QR code"] = violations(page)
    page.locator("details:has(#totp-secret) summary").click()
    totp = pyotp.TOTP(page.locator("#totp-secret").inner_text().replace(" ", ""))
    page.locator("input[name=code]").fill(totp.at(time.time() - 30))
    page.locator("form:has(input[name=code]) button").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    wrong["recovery codes"] = violations(page)
    page.locator("input[name=passkey-name]").fill("My phone")
    page.locator("#passkey-new button").click()
    expect(page.locator(".row", has_text="My phone")).to_be_visible()
    page.goto(f"{root}/account")
    wrong["account"] = violations(page)
    leave(page)

    sign_in(page)
    expect(page).to_have_url(f"{root}/sign-in/second?next=/")
    wrong["second step"] = violations(page)
    page.locator("input[name=code]").fill(totp.now())
    page.locator("form:has(input[name=code]) button").click()
    expect(page.get_by_role("link", name="Courses")).to_be_visible()
    leave(page)

    page.goto(f"{root}/sign-in?next=/courses")
    wrong["sign in"] = violations(page)
    page.locator("#passkey-sign-in button").click()
    expect(page).to_have_url(f"{root}/courses")
    expect(page.get_by_text("Biology 101")).to_be_visible()

    for path in ("audit", "personal-data"):
        operator.goto(f"{root}/{path}")
        wrong[path] = violations(operator)
    operator.goto(f"{root}/people")
    wrong["people"] = violations(operator)
    operator.get_by_role("link", name="Seoyeon Lee").click()
    operator.locator("form[action$='/sign-out']").last.locator("button").click()
    page.goto(f"{root}/courses")
    expect(page).to_have_url(f"{root}/sign-in?next=/courses")
    assert {place: found for place, found in wrong.items() if found} == {}
    logged = server.log.read_text()
    for secret in (PASSWORD, "Seoyeon", EMAIL, totp.secret, link.rsplit("/", 1)[1]):
        assert secret not in logged


def sign_in(page: Page) -> None:
    """With e-mail and password."""
    page.locator("input[name=email]").fill(EMAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").click()


def leave(page: Page) -> None:
    """Sign out."""
    page.locator("form[action$='/sign-out'] button").click()
    expect(page.locator("input[name=email]")).to_be_visible()
