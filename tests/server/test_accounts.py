"""Accounts, passwords and the one-time link."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.exceptions import Conflict, Gone, Invalid
from server.models import Account, Role, SetupLink, utc_now
from server.services import accounts
from tests.server.people import PASSWORD


def test_the_link_makes_the_first_administrator_once(db):
    assert not accounts.administrator_exists(db)
    token = accounts.new_setup_link(db)
    assert accounts.setup_link_valid(db, token)
    account = accounts.create_first_administrator(db, token, " Kim@School.Example ", " Kim ", PASSWORD)
    assert (account.email, account.name, account.role) == ("kim@school.example", "Kim", Role.ADMINISTRATOR)
    assert accounts.administrator_exists(db)
    assert not accounts.setup_link_valid(db, token)
    with pytest.raises(Gone, match="setup_link_invalid"):
        accounts.create_first_administrator(db, token, "lee@school.example", "Lee", PASSWORD)
    with pytest.raises(Conflict, match="already_set_up"):
        accounts.new_setup_link(db)


def test_only_the_newest_link_works(db):
    old, new = accounts.new_setup_link(db), accounts.new_setup_link(db)
    assert not accounts.setup_link_valid(db, old)
    assert accounts.setup_link_valid(db, new)
    assert not accounts.setup_link_valid(db, "")


def test_a_link_expires_after_a_day(db):
    token = accounts.new_setup_link(db)
    link = db.scalars(select(SetupLink)).one()
    assert timedelta(hours=23) < link.expires_at - utc_now() <= timedelta(hours=24)
    link.expires_at = utc_now()
    db.commit()
    assert not accounts.setup_link_valid(db, token)


def test_neither_tokens_nor_passwords_are_stored(db, settings):
    token = accounts.new_setup_link(db)
    accounts.create_first_administrator(db, token, "kim@school.example", "Kim", PASSWORD)
    assert db.scalars(select(Account)).one().password_hash.startswith("$argon2id$")
    stored = b"".join(path.read_bytes() for path in settings.data_dir.glob("*.sqlite3*"))
    assert token.encode() not in stored
    assert PASSWORD.encode() not in stored


def test_signing_in_takes_the_right_password(db, instructor):
    assert accounts.authenticate(db, " KIM@school.example", PASSWORD).id == instructor.id
    assert accounts.authenticate(db, instructor.email, PASSWORD + " ") is None
    assert accounts.authenticate(db, instructor.email, "") is None
    assert accounts.authenticate(db, "nobody@school.example", PASSWORD) is None
    instructor.is_active = False
    db.commit()
    assert accounts.authenticate(db, instructor.email, PASSWORD) is None


@pytest.mark.parametrize(
    ("email", "name", "password", "reason"),
    [
        ("kim", "Kim", PASSWORD, "email_invalid"),
        ("kim@school .example", "Kim", PASSWORD, "email_invalid"),
        ("k@" + "x" * 300, "Kim", PASSWORD, "email_invalid"),
        ("kim@school.example", " ", PASSWORD, "name_missing"),
        ("kim@school.example", "Kim", "short", "password_too_short"),
        ("kim@school.example", "Kim", "x" * 201, "password_too_long"),
    ],
)
def test_what_an_account_needs(db, email, name, password, reason):
    with pytest.raises(Invalid, match=reason):
        accounts.create_instructor(db, email, name, password)


def test_an_email_belongs_to_one_account(db, instructor):
    with pytest.raises(Conflict, match="email_taken"):
        accounts.create_instructor(db, instructor.email.upper(), "Other", PASSWORD)
