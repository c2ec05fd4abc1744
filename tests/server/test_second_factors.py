"""Authenticator apps, recovery codes and passkeys."""

import time

import pyotp
import pytest

from server.exceptions import Conflict, Invalid
from server.models import OneTimeCodes
from server.services import one_time_codes, passkeys, second_factors
from server.services.passkeys import Site
from tests.server.people import make_account

SITE = Site("school.example", "https://school.example")


@pytest.fixture
def app_of(db, runtime, instructor):
    """The instructor's authenticator app, in use, and the recovery codes."""
    address = one_time_codes.start(db, runtime.vault, instructor)
    totp = pyotp.parse_uri(address)
    codes = one_time_codes.confirm(db, runtime.vault, instructor, totp.at(time.time() - 30))
    return totp, codes


def test_it_is_in_use_once_a_code_was_shown(db, runtime, instructor):
    address = one_time_codes.start(db, runtime.vault, instructor)
    assert one_time_codes.waiting_address(db, runtime.vault, instructor) == address
    assert not second_factors.needed(db, instructor)
    right = pyotp.parse_uri(address).now()
    for wrong in ("", "000000" if right != "000000" else "111111", "x" * 6, right[:5]):
        with pytest.raises(Invalid, match="code_wrong"):
            one_time_codes.confirm(db, runtime.vault, instructor, wrong)
    assert len(one_time_codes.confirm(db, runtime.vault, instructor, right)) == 10
    assert second_factors.needed(db, instructor)
    assert one_time_codes.waiting_address(db, runtime.vault, instructor) is None
    with pytest.raises(Conflict, match="one_time_codes_in_use"):
        one_time_codes.start(db, runtime.vault, instructor)


def test_a_code_works_once_and_for_its_owner(db, runtime, instructor, app_of):
    totp, _ = app_of
    other = make_account(db, "lee@school.example")
    code = totp.now()
    assert not one_time_codes.check(db, runtime.vault, other, code)
    assert one_time_codes.check(db, runtime.vault, instructor, f"{code[:3]} {code[3:]}")
    assert not one_time_codes.check(db, runtime.vault, instructor, code)
    assert not one_time_codes.check(db, runtime.vault, instructor, totp.at(time.time() - 300))
    assert not one_time_codes.check(db, runtime.vault, instructor, totp.at(time.time() + 300))


def test_a_recovery_code_works_once(db, instructor, app_of):
    _, codes = app_of
    assert second_factors.use_recovery_code(db, instructor, codes[0].lower())
    assert not second_factors.use_recovery_code(db, instructor, codes[0])
    assert second_factors.recovery_codes_left(db, instructor) == 9
    new = second_factors.new_recovery_codes(db, instructor.id)
    assert not second_factors.use_recovery_code(db, instructor, codes[1])
    assert second_factors.use_recovery_code(db, instructor, new[1])


def test_removing_the_app_removes_the_recovery_codes(db, instructor, app_of):
    one_time_codes.remove(db, instructor)
    assert not second_factors.needed(db, instructor)
    assert second_factors.recovery_codes_left(db, instructor) == 0


def test_neither_secret_nor_codes_are_stored_in_the_clear(db, settings, app_of):
    totp, codes = app_of
    assert totp.secret.encode() not in db.query(OneTimeCodes).one().secret_sealed
    stored = b"".join(path.read_bytes() for path in settings.data_dir.glob("*.sqlite3*"))
    for secret in (totp.secret, codes[0], codes[0].replace("-", "")):
        assert secret.encode() not in stored


@pytest.mark.parametrize("answer", [{}, {"response": 1}, {"id": "x", "response": {"clientDataJSON": "e30"}}])
def test_what_is_no_passkey_is_refused(db, instructor, answer):
    passkeys.sign_in_options(db, SITE)
    for use in (
        lambda: passkeys.authenticate(db, SITE, answer),
        lambda: passkeys.register(db, instructor, SITE, answer, "x"),
    ):
        with pytest.raises(Invalid, match="passkey_refused"):
            use()


def test_a_passkey_must_check_its_user(db, instructor):
    made = passkeys.registration_options(db, instructor, SITE)
    assert made["rp"]["id"] == "school.example"
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert passkeys.sign_in_options(db, SITE)["userVerification"] == "required"
