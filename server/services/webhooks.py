"""Webhooks: addresses that are told of a course's attendance and sessions, signed and in order."""

import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, NotFound
from server.models import ClassSession, Course, OutboxEvent, Webhook, WebhookDelivery, utc_now
from server.services import outbox, webhook_posting
from server.services.vault import Vault
from server.services.webhook_posting import Undelivered

TOLD = ("attendance", "session")
MOST_WEBHOOKS = 10
MOST_LOGGED = 100
MOST_AT_ONCE = 50
FIRST_RETRY, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=6)
GIVES_UP_AFTER = timedelta(days=3)
SIGNATURE = "X-Face-Checkin-Signature"


def add(db: Session, vault: Vault, course: Course, url: str, trusted: frozenset[str]) -> tuple[Webhook, str]:
    """A new webhook, told of what happens from now on, and the secret that its deliveries are signed with.

    :raises Invalid: ``webhook_url_invalid``, ``webhook_needs_https``, ``webhook_address_private``.
    :raises Conflict: ``too_many_webhooks``.
    """
    url = url.strip()
    webhook_posting.check_url(url, trusted)
    secret = secrets.token_hex(32)
    with writing(db):
        if len(of_course(db, course)) >= MOST_WEBHOOKS:
            raise Conflict("too_many_webhooks")
        webhook = Webhook(
            course_id=course.id,
            url=url,
            secret_encrypted=vault.seal(secret.encode(), purpose(course.id)),
            last_event_id=outbox.last_id(db),
        )
        db.add(webhook)
    return webhook, secret


def of_course(db: Session, course: Course) -> list[Webhook]:
    """The course's webhooks, oldest first."""
    return list(db.scalars(select(Webhook).where(Webhook.course_id == course.id).order_by(Webhook.id)))


def get(db: Session, course: Course, webhook_id: int) -> Webhook:
    """One of the course's webhooks.

    :raises NotFound: ``webhook_not_found``.
    """
    found = db.get(Webhook, webhook_id)
    if found is None or found.course_id != course.id:
        raise NotFound("webhook_not_found")
    return found


def remove(db: Session, webhook: Webhook) -> None:
    """Ends a webhook, with its log."""
    with writing(db):
        db.delete(webhook)


def resume(db: Session, webhook: Webhook) -> None:
    """Tries again at once, where it waits or was given up; nothing that happened meanwhile is left out."""
    with writing(db):
        webhook.disabled_at = webhook.failing_since = webhook.next_attempt_at = None
        webhook.failures = 0


def log(db: Session, course: Course, limit: int = 50) -> list[tuple[WebhookDelivery, str]]:
    """The latest attempts in a course, newest first, each with its address."""
    rows = db.execute(
        select(WebhookDelivery, Webhook.url)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(Webhook.course_id == course.id)
        .order_by(WebhookDelivery.id.desc())
        .limit(limit)
    )
    return [(delivery, url) for delivery, url in rows]


def due(db: Session, now: datetime) -> list[int]:
    """The ids of the webhooks that have something to be told now."""
    waiting = (
        select(OutboxEvent.id)
        .where(
            OutboxEvent.course_id == Webhook.course_id,
            OutboxEvent.id > Webhook.last_event_id,
            OutboxEvent.type.in_(TOLD),
        )
        .exists()
    )
    return list(db.scalars(select(Webhook.id).where(_may_be_told(now), waiting).order_by(Webhook.id)))


def deliver(db: Session, vault: Vault, webhook_id: int, trusted: frozenset[str]) -> int:
    """Tells one webhook what it has not been told, in order, until one attempt fails; how many arrived."""
    for told in range(MOST_AT_ONCE):
        webhook = db.scalar(select(Webhook).where(Webhook.id == webhook_id, _may_be_told(utc_now())))
        event = _next_event(db, webhook) if webhook is not None else None
        if webhook is None or event is None:
            return told
        session = db.get(ClassSession, event.session_id)
        body = _body(f"evt_{event.id}", event.type, event.created_at, webhook.course, session, event.payload)
        status, problem = _attempt(db, vault, webhook, event.type, body, trusted)
        if not _note(db, webhook_id, event.id, event.type, status, problem):
            return told
    return MOST_AT_ONCE


def send_test(db: Session, vault: Vault, webhook: Webhook, trusted: frozenset[str]) -> WebhookDelivery:
    """Sends an event of type ``test`` now, apart from the others' order, and notes what came of it."""
    body = _body(f"test_{secrets.token_hex(8)}", "test", utc_now(), webhook.course, None, {})
    webhook_id = webhook.id
    status, problem = _attempt(db, vault, webhook, "test", body, trusted)
    with writing(db):
        delivery = WebhookDelivery(webhook_id=webhook_id, type="test", status=status, problem=problem)
        db.add(delivery)
    return delivery


def signature(secret: str, moment: int, body: bytes) -> str:
    """The value of the header :data:`SIGNATURE`: HMAC-SHA256 over time, a dot and the body, in hex.

    :param moment: seconds since 1970; a receiver refuses what is older than some minutes.
    """
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, six hours at most."""
    wait: timedelta = FIRST_RETRY * 2 ** min(failures - 1, 20)
    return min(wait, LONGEST_WAIT)


def _attempt(
    db: Session, vault: Vault, webhook: Webhook, event_type: str, body: bytes, trusted: frozenset[str]
) -> tuple[int | None, str | None]:
    """Posts once, no transaction open meanwhile: status and problem."""
    secret = vault.open(webhook.secret_encrypted, purpose(webhook.course_id)).decode()
    url, moment = webhook.url, int(utc_now().timestamp())
    db.commit()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Face-Check-in",
        "X-Face-Checkin-Event": event_type,
        SIGNATURE: signature(secret, moment, body),
    }
    try:
        status = webhook_posting.post(url, body, headers, trusted)
    except Undelivered as error:
        return None, error.problem
    return status, None if 200 <= status < 300 else "not_taken"


def _note(
    db: Session, webhook_id: int, event_id: int, event_type: str, status: int | None, problem: str | None
) -> bool:
    """Writes down what came of an attempt, and when the next one is due; whether it was delivered."""
    now = utc_now()
    with writing(db):
        webhook = db.get(Webhook, webhook_id)
        if webhook is None:
            return False
        db.add(
            WebhookDelivery(
                webhook_id=webhook_id, event_id=event_id, type=event_type, status=status, problem=problem
            )
        )
        if problem is None:
            webhook.last_event_id = event_id
            webhook.failures = 0
            webhook.failing_since = webhook.next_attempt_at = None
        else:
            webhook.failures += 1
            webhook.failing_since = webhook.failing_since or now
            webhook.next_attempt_at = now + wait_after(webhook.failures)
            if now - webhook.failing_since > GIVES_UP_AFTER:
                webhook.disabled_at = now
        db.flush()
        kept = (
            select(WebhookDelivery.id)
            .where(WebhookDelivery.webhook_id == webhook_id)
            .order_by(WebhookDelivery.id.desc())
            .limit(MOST_LOGGED)
        )
        db.execute(
            delete(WebhookDelivery).where(
                WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.id.not_in(kept)
            )
        )
    return problem is None


def _may_be_told(now: datetime) -> ColumnElement[bool]:
    return Webhook.disabled_at.is_(None) & or_(
        Webhook.next_attempt_at.is_(None), Webhook.next_attempt_at <= now
    )


def _next_event(db: Session, webhook: Webhook) -> OutboxEvent | None:
    return db.scalar(
        select(OutboxEvent)
        .where(
            OutboxEvent.course_id == webhook.course_id,
            OutboxEvent.id > webhook.last_event_id,
            OutboxEvent.type.in_(TOLD),
        )
        .order_by(OutboxEvent.id)
        .limit(1)
    )


def _body(
    event_id: str,
    event_type: str,
    at: datetime,
    course: Course,
    session: ClassSession | None,
    payload: dict[str, Any],
) -> bytes:
    """What is posted; how sure the recognition was stays here."""
    told = {
        "id": event_id,
        "type": event_type,
        "created_at": at.isoformat(),
        "course": {"id": course.id, "code": course.code},
        "session": {"id": session.id, "title": session.title} if session else None,
        "data": {
            name: payload[name]
            for name in ("student", "status", "method", "recorded_at", "counts")
            if name in payload
        },
    }
    return json.dumps(told, ensure_ascii=False).encode()


def purpose(course_id: int) -> str:
    """What a webhook's secret is sealed for."""
    return f"webhook:{course_id}"
