"""The audit log: append-only, each entry authenticated together with the one before it."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import writing
from server.models import AuditEntry, AuditHead, utc_now

PAGE = 50
_HEAD = 1


@dataclass(frozen=True)
class Fault:
    """Where the log is not what was written.

    :ivar number: of the entry; the last one's when the end is missing.
    :ivar kind: ``changed``, ``missing`` (entries removed before this one), ``end`` (entries removed from or
        added at the end), ``other`` (not the log that was expected).
    """

    number: int
    kind: str


class AuditLog:
    """Adds entries and checks them.

    :param key: without it nobody can make entries that pass for real ones.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def record(
        self, db: Session, action: str, *, actor_id: int | None = None, subject: str = "", **detail: Any
    ) -> AuditEntry:
        """Adds an entry, in the transaction under way if there is one. Detail holds ids and counts only."""
        with writing(db):
            head = db.get(AuditHead, _HEAD, with_for_update=True)
            if head is None:
                head = AuditHead(id=_HEAD, number=0, mac="", end_mac="")
                db.add(head)
            entry = AuditEntry(
                number=head.number + 1,
                at=utc_now(),
                actor_id=actor_id,
                action=action,
                subject=subject,
                detail=detail,
            )
            entry.mac = self._mac(entry, head.mac)
            db.add(entry)
            head.number, head.mac = entry.number, entry.mac
            head.end_mac = self._end_mac(head.number, head.mac)
            db.flush()
        return entry

    def verify(self, db: Session, expected: tuple[int, str] | None = None) -> Fault | None:
        """The first fault, or none.

        :param expected: number and mac of an entry that was noted down earlier, outside of the database:
            finds out when the whole log was replaced by an older one.
        """
        previous, number = "", 0
        noted = expected is None
        for entry in db.scalars(select(AuditEntry).order_by(AuditEntry.number)).yield_per(500):
            if entry.number != number + 1:
                return Fault(entry.number, "missing")
            if not hmac.compare_digest(self._mac(entry, previous), entry.mac):
                return Fault(entry.number, "changed")
            previous, number = entry.mac, entry.number
            noted = noted or (number, previous) == expected
        if not self._ends(db.get(AuditHead, _HEAD), number, previous):
            return Fault(number, "end")
        return None if noted else Fault(expected[0] if expected else 0, "other")

    def _ends(self, head: AuditHead | None, number: int, mac: str) -> bool:
        """Whether the log was left off at this entry."""
        if head is None:
            return number == 0
        return (head.number, head.mac) == (number, mac) and hmac.compare_digest(
            head.end_mac, self._end_mac(number, mac)
        )

    def _mac(self, entry: AuditEntry, previous: str) -> str:
        content = [entry.number, entry.at.isoformat(), entry.actor_id, entry.action, entry.subject]
        text = json.dumps([previous, *content, entry.detail], sort_keys=True, ensure_ascii=True)
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def _end_mac(self, number: int, mac: str) -> str:
        return hmac.new(self._key, f"end:{number}:{mac}".encode(), hashlib.sha256).hexdigest()


def head(db: Session) -> tuple[int, str]:
    """Number and mac of the last entry: note them down elsewhere to hold the log to them later."""
    found = db.get(AuditHead, _HEAD)
    return (found.number, found.mac) if found is not None else (0, "")


@dataclass(frozen=True)
class Page:
    """Some entries, the newest first, and how many there are in all."""

    entries: list[AuditEntry]
    number: int
    pages: int
    total: int


def page(db: Session, *, action: str = "", subject: str = "", number: int = 1) -> Page:
    """A page of the log.

    :param action: only these.
    :param subject: only what was done to this.
    """
    query = select(AuditEntry)
    if action:
        query = query.where(AuditEntry.action == action)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    rows = db.scalars(query.order_by(AuditEntry.number.desc()).offset((number - 1) * PAGE).limit(PAGE))
    return Page(list(rows), number, pages, total)
