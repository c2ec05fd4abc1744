"""What LTI launches remember between their steps: in the database, so that any process may take the next."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import writing
from server.models import LtiState, utc_now

LIFETIME = timedelta(minutes=10)


def put(db: Session, key: str, value: Any) -> None:
    """Remembers a JSON value for ten minutes, and forgets what is over."""
    with writing(db):
        db.execute(delete(LtiState).where(LtiState.expires_at < utc_now()))
        db.merge(LtiState(key=key[:255], value={"value": value}, expires_at=utc_now() + LIFETIME))


def issue(db: Session, kind: str, value: Any) -> str:
    """A token for a value: whoever brings it takes the value as ``kind-token``."""
    token = secrets.token_urlsafe(24)
    put(db, f"{kind}-{token}", value)
    return token


def get(db: Session, key: str) -> Any:
    """The value, or ``None`` when there is none or it is over."""
    found = db.scalar(select(LtiState).where(LtiState.key == key[:255], LtiState.expires_at >= utc_now()))
    return found.value["value"] if found is not None else None


def take(db: Session, key: str) -> Any:
    """The value, for the first who asks: it is forgotten at once."""
    with writing(db):
        row = db.execute(
            delete(LtiState)
            .where(LtiState.key == key[:255], LtiState.expires_at >= utc_now())
            .returning(LtiState.value)
        ).first()
    return row[0]["value"] if row is not None else None
