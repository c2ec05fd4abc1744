"""The people of the server's tests: who signs in, who stands at a kiosk."""

import io
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, object_session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, stream_encode_multipart

from server.models import Account, ClassSession, Course, Role
from server.runtime import Runtime
from server.services import account_sessions

PASSWORD = "correct horse battery"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
"""How a photo begins in the clear. Fewer bytes would come up in encrypted ones by chance."""


def make_account(db: Session, email: str, role: Role = Role.INSTRUCTOR) -> Account:
    """An account that signs in with PASSWORD."""
    name = email.split("@")[0].title()
    account = Account(email=email, name=name, role=role, password_hash=_password_hash())
    db.add(account)
    db.commit()
    return account


@cache
def _password_hash() -> str:
    return PasswordHasher().hash(PASSWORD)


class Auth:
    """Signs a client in and out, and sends what needs a form token."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self._app = app

    def sign_in(self, account: Account) -> "Auth":
        """Puts the account into the session, as signing in does."""
        runtime: Runtime = self._app.extensions["face_checkin"]
        identity, account_id = account.get_id(), account.id
        known = object_session(account)
        if known is not None:
            known.commit()  # It has read: what is written next must not find it in the past.
        with runtime.sessions() as db:
            token = account_sessions.begin(db, account_id, "a test")
        with self.client.session_transaction() as session:
            session.update(sign_in=token, proved=time.time(), _user_id=identity, _fresh=True)
        return self

    def post_json(self, url: str, body: Any) -> TestResponse:
        """POST with the form token of this session."""
        return self.client.post(url, json=body, headers={"X-CSRFToken": self.token()})

    def token(self) -> str:
        """This session's form token."""
        from flask_wtf.csrf import generate_csrf

        with self.client.session_transaction() as session:
            known = dict(session)
        with self._app.test_request_context():
            from flask import session as fresh

            fresh.update(known)
            token = generate_csrf()
            raw = fresh["csrf_token"]
        with self.client.session_transaction() as session:
            session["csrf_token"] = raw
        return token


@dataclass(frozen=True)
class DemoClass:
    """The demo class: its course, its open session, its people's pictures by student id."""

    course: Course
    session: ClassSession
    probes: dict[int, list[bytes]]

    def student_of(self, number: int) -> int:
        """The id of the number-th student."""
        return sorted(self.probes)[number]


@dataclass
class Visitor:
    """Somebody at a kiosk that belongs to a client."""

    client: FlaskClient
    session_id: int

    def show(
        self,
        pictures: Sequence[bytes],
        nonce: str | None = None,
        *,
        without: str = "",
        **fields: Any,
    ) -> TestResponse:
        """One visit; `fields` stand in for, and `without` leaves out, what a kiosk would send."""
        data: dict[str, Any] = {
            "nonce": nonce or str(uuid.uuid4()),
            "session_id": str(self.session_id),
            "captured_at": datetime.now(UTC).isoformat(),
            "frames": [
                FileStorage(io.BytesIO(picture), f"{number}.jpg", "frames")
                for number, picture in enumerate(pictures)
            ],
            **fields,
        }
        data.pop(without, None)
        body, length, boundary = stream_encode_multipart(MultiDict(data), use_tempfile=False)
        return self.client.post(
            "/api/v1/check-ins",
            input_stream=body,
            content_length=length,
            content_type=f"multipart/form-data; boundary={boundary}",
        )

    def answer(self, check_in_id: str, value: str) -> TestResponse:
        """O or X."""
        return self.client.post(f"/api/v1/check-ins/{check_in_id}/answer", json={"answer": value})


def fresh(db: Session) -> Session:
    """The database as it is now, not as it was when this test last looked."""
    db.rollback()
    return db


def reason(response: TestResponse) -> str:
    """The enumerated reason of an answer."""
    found: str = json.loads(response.data)["reason"]
    return found
