"""Signed-in browsers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.exceptions import NotFound
from server.models import AccountSession, utc_now
from server.services import account_sessions
from server.services.account_sessions import Lifetime
from tests.server.people import make_account

LIFETIME = Lifetime(idle=timedelta(hours=2), whole=timedelta(hours=12))


def age(db, **changes):
    row = db.scalars(select(AccountSession)).one()
    for name, change in changes.items():
        setattr(row, name, utc_now() - change)
    db.commit()


def test_a_token_is_good_until_it_is_ended(db, instructor):
    token = account_sessions.begin(db, instructor.id, "a browser")
    assert account_sessions.resume(db, token, LIFETIME).account_id == instructor.id
    assert account_sessions.resume(db, token + "x", LIFETIME) is None
    account_sessions.end(db, token)
    assert account_sessions.resume(db, token, LIFETIME) is None


@pytest.mark.parametrize(
    ("changes", "alive"),
    [
        ({"last_seen_at": timedelta(minutes=119)}, True),
        ({"last_seen_at": timedelta(minutes=121)}, False),
        ({"created_at": timedelta(hours=11)}, True),
        ({"created_at": timedelta(hours=13)}, False),
    ],
)
def test_it_ends_by_itself(db, instructor, changes, alive):
    token = account_sessions.begin(db, instructor.id, "a browser")
    age(db, **changes)
    assert (account_sessions.resume(db, token, LIFETIME) is not None) is alive
    assert len(account_sessions.of(db, instructor, LIFETIME)) == alive
    account_sessions.forget_expired(db, LIFETIME)
    assert len(db.scalars(select(AccountSession)).all()) == alive


def test_using_it_keeps_it_alive(db, instructor):
    token = account_sessions.begin(db, instructor.id, "a browser")
    age(db, last_seen_at=timedelta(minutes=119))
    assert account_sessions.resume(db, token, LIFETIME)
    assert utc_now() - db.scalars(select(AccountSession)).one().last_seen_at < timedelta(minutes=1)


def test_all_but_one_can_be_ended_and_nobody_ends_those_of_others(db, instructor):
    here, there = (account_sessions.begin(db, instructor.id, name) for name in ("here", "there"))
    other = make_account(db, "lee@school.example")
    with pytest.raises(NotFound, match="sign_in_not_found"):
        account_sessions.end_one(db, other, account_sessions.resume(db, here, LIFETIME).id)
    assert account_sessions.end_all(db, other.id) == 0
    assert account_sessions.end_all(db, instructor.id, but=here) == 1
    assert account_sessions.resume(db, here, LIFETIME)
    assert account_sessions.resume(db, there, LIFETIME) is None


def test_the_token_itself_is_not_stored(db, instructor, settings):
    token = account_sessions.begin(db, instructor.id, "a browser")
    stored = b"".join(path.read_bytes() for path in settings.data_dir.glob("*.sqlite3*"))
    assert token.encode() not in stored
