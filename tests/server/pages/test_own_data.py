"""Everything about one's own account, to read and to take along."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.models import (
    AccountFace,
    AccountFaceTemplate,
    AccountLink,
    ApiToken,
    AuditEntry,
    OneTimeCodes,
    Passkey,
    RecoveryCode,
    Role,
    RosterDraft,
    utc_now,
)
from server.services import account_data
from tests.server.pages.conftest import Browser
from tests.server.people import Auth, fresh, make_account

SECRET = "5ec7e7" * 8


@pytest.fixture
def own(app, db, course, instructor):
    """The instructor, with something in every table of theirs, and another account with the same."""
    other = make_account(db, "other@school.example")
    now = utc_now()
    for number, one in enumerate((instructor, other)):
        key = f"{number}{SECRET}"
        db.add_all(
            [
                AccountFace(account_id=one.id, consent_version="2026-1"),
                AccountLink(account_id=one.id, purpose="reset", token_hash=key, expires_at=now),
                ApiToken(account_id=one.id, name="Timetable", token_hash=key, writes=False),
                OneTimeCodes(account_id=one.id, secret_sealed=key.encode(), confirmed_at=now),
                RecoveryCode(account_id=one.id, code_hash=key),
                Passkey(
                    account_id=one.id,
                    name=f"Phone of {one.name}",
                    credential_id=key.encode(),
                    public_key=key.encode(),
                    sign_count=1,
                ),
                RosterDraft(
                    course_id=course.id,
                    account_id=one.id,
                    source="list.csv",
                    content={"rows": [["1", "A student"]]},
                    whole=True,
                    expires_at=now + timedelta(hours=1),
                ),
            ]
        )
        db.flush()
        db.add(
            AccountFaceTemplate(
                account_id=one.id,
                shot="front",
                embedder_id="sface",
                vector_encrypted=key.encode(),
                yaw=0,
                pitch=0,
            )
        )
    db.commit()
    runtime = app.extensions["face_checkin"]
    runtime.audit.record(db, "account_changed", actor_id=other.id, subject=f"account:{instructor.id}")
    runtime.audit.record(db, "account_changed", actor_id=other.id, subject=f"account:{other.id}")
    runtime.audit.record(db, "kiosk_paired", actor_id=instructor.id, subject="kiosk:1")
    return Browser(Auth(app).sign_in(instructor))


def test_everything_of_theirs_and_nothing_of_others(own, db, instructor):
    account_id, name = instructor.id, instructor.name
    db.commit()
    answer = own.get("/account/data/export.zip")
    assert answer.headers["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    told = json.loads(archive.read("data.json"))
    assert told["account"]["email"] == "kim@school.example"
    expected = {table.name for table, _ in account_data.tables_of_an_account()} - {
        "account_face_challenge",
        "lti_person",
        "sent_mail",
    }
    assert expected | {"account", "account_face_template", "audit_log"} == told.keys()
    for table in expected:
        assert {row["account_id"] for row in told[table]} == {account_id}, table
    assert [row["name"] for row in told["passkey"]] == [f"Phone of {name}"]
    assert told["account_session"][0]["browser"]
    assert {(one["action"], one["about"]) for one in told["audit_log"]} == {
        ("account_changed", f"account:{account_id}"),
        ("kiosk_paired", "kiosk:1"),
    }
    page = archive.read("index.html").decode()
    for text in (json.dumps(told), page):
        for secret in (SECRET, "argon2", "A student", "Phone of Other"):
            assert secret not in text
    assert f"Phone of {name}" in page
    written = fresh(db).scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (written.action, written.subject) == ("data_exported", f"account:{account_id}")


def test_the_page_shows_it_in_words(own):
    page = own.get("/account/data").text
    assert "Recovery codes" in page
    assert "kim@school.example" in page
    assert "/account/data" in own.get("/account").text
    for table, _ in account_data.tables_of_an_account():
        assert f">{table.name} <" not in page, "every table has a name in words"


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_their_own(app, db, role):
    browser = Browser(Auth(app).sign_in(make_account(db, "somebody@school.example", role)))
    assert browser.get("/account/data").status_code == 200
