"""Personal QR codes: on a printed card, which stays the same until it is revoked, or on the student's phone.

A phone's code is a time-based one-time password (after RFC 6238: HMAC over the time step, each taken once),
so that a picture of it is worthless within half a minute. The link by which a phone becomes the student's
works once, in one browser: passing it on takes it away from its owner.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Gone, NotFound
from server.models import Account, PassKind, Student, StudentPass, utc_now
from server.services.vault import Vault

CARD_PREFIX = "FC1"
PHONE_PREFIX = "FC2"
STEP_S = 15
STEPS_TAKEN = 2
"""A code is taken in its own step and the next: for 15 to 30 seconds."""
CODE_BYTES = 10
MOST_CHARACTERS = 80


class CodeRefused(Exception):
    """The code lets nobody in.

    :param reason: ``code_unknown``, ``code_expired``, ``code_used``.
    :param student: whose it is, where that is known.
    """

    def __init__(self, reason: str, student: Student | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.student = student


@dataclass(frozen=True)
class ShownCode:
    """What a phone shows now.

    :ivar seconds: until it shows the next.
    """

    text: str
    seconds: int


def issue_card(db: Session, vault: Vault, student: Student, account: Account) -> StudentPass:
    """A new card; the one before stops working."""
    token = secrets.token_urlsafe(16)
    return _issue(db, vault, student, account, PassKind.CARD, token, token.encode())


def issue_phone_link(
    db: Session, vault: Vault, student: Student, account: Account
) -> tuple[StudentPass, str]:
    """A new link for the student's phone, and its token, shown this once; the phone before is out."""
    token = secrets.token_urlsafe(24)
    made = _issue(db, vault, student, account, PassKind.PHONE, token, secrets.token_bytes(32))
    return made, token


def in_use(db: Session, student: Student) -> dict[str, StudentPass]:
    """The student's passes that work, by kind."""
    rows = db.scalars(
        select(StudentPass).where(StudentPass.student_id == student.id, StudentPass.revoked_at.is_(None))
    )
    return {one.kind: one for one in rows}


def cards_of(db: Session, students: Sequence[Student]) -> dict[int, StudentPass]:
    """The cards that work, by student id."""
    rows = db.scalars(
        select(StudentPass).where(
            StudentPass.student_id.in_([one.id for one in students]),
            StudentPass.kind == PassKind.CARD,
            StudentPass.revoked_at.is_(None),
        )
    )
    return {one.student_id: one for one in rows}


def revoke(db: Session, student: Student, pass_id: int) -> None:
    """Ends a pass at once.

    :raises NotFound: ``pass_not_found``, for another student's too.
    """
    with writing(db):
        found = db.get(StudentPass, pass_id)
        if found is None or found.student_id != student.id:
            raise NotFound("pass_not_found")
        found.revoked_at = found.revoked_at or utc_now()


def card_text(vault: Vault, card: StudentPass) -> str:
    """What a card's QR code says."""
    return f"{CARD_PREFIX}.{vault.open(card.secret_sealed, purpose(card)).decode()}"


def link_waiting(db: Session, token: str) -> StudentPass:
    """The pass that this link gives to the first phone that takes it.

    :raises Gone: ``pass_link_used`` when a phone took it, it was revoked or never was.
    """
    found = db.scalar(select(StudentPass).where(StudentPass.token_hash == _hash(token)))
    usable = found is not None and found.kind == PassKind.PHONE and found.revoked_at is None
    if found is None or not usable or found.device_hash is not None:
        raise Gone("pass_link_used")
    return found


def take_phone(db: Session, token: str) -> str:
    """Uses the link up, and gives what the phone is known by from now on.

    :raises Gone: ``pass_link_used``.
    """
    device = secrets.token_urlsafe(32)
    with writing(db):
        link_waiting(db, token).device_hash = _hash(device)
    return device


def of_phone(db: Session, device: str | None) -> StudentPass | None:
    """The pass of this phone, unless it was revoked."""
    if not device:
        return None
    return db.scalar(
        select(StudentPass).where(StudentPass.device_hash == _hash(device), StudentPass.revoked_at.is_(None))
    )


def shown(vault: Vault, phone: StudentPass, at: datetime) -> ShownCode:
    """The code that a phone shows at this time."""
    seconds = int(at.timestamp())
    step = seconds // STEP_S
    return ShownCode(f"{PHONE_PREFIX}.{phone.id}.{_code(vault, phone, step)}", STEP_S - seconds % STEP_S)


def redeem(db: Session, vault: Vault, text: str, at: datetime, *, once: bool = True) -> StudentPass:
    """The pass that a kiosk saw at this time, within a writing transaction.

    :param once: whether a rotating code that was taken before, or an older one, is refused; not so for visits
        that were kept while the server was away, which arrive in any order.
    :raises CodeRefused: with its reason.
    """
    prefix, _, rest = text.strip()[:MOST_CHARACTERS].partition(".")
    if prefix == CARD_PREFIX:
        card = db.scalar(select(StudentPass).where(StudentPass.token_hash == _hash(rest)))
        if card is None or card.kind != PassKind.CARD:
            raise CodeRefused("code_unknown")
        return _working(card)
    number, _, code = rest.partition(".")
    if prefix != PHONE_PREFIX or not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise CodeRefused("code_unknown")
    phone = db.get(StudentPass, int(number), with_for_update=True)
    if phone is None or phone.kind != PassKind.PHONE or phone.device_hash is None:
        raise CodeRefused("code_unknown")
    now = int(at.timestamp()) // STEP_S
    steps = (now - back for back in range(STEPS_TAKEN))
    step = next((one for one in steps if hmac.compare_digest(_code(vault, phone, one), code)), None)
    if step is None:
        raise CodeRefused("code_expired")
    last = phone.last_step if phone.last_step is not None else -1
    if once and last > now + STEPS_TAKEN:
        last = -1  # Taken while the clock ran ahead: it would refuse every code until then.
    if once and step <= last:
        raise CodeRefused("code_used", phone.student)
    phone.last_step = max(step, last)
    return _working(phone)


def _working(found: StudentPass) -> StudentPass:
    if found.revoked_at is not None:
        raise CodeRefused("code_unknown")
    return found


def _issue(
    db: Session,
    vault: Vault,
    student: Student,
    account: Account,
    kind: PassKind,
    token: str,
    secret: bytes,
) -> StudentPass:
    with writing(db):
        before = in_use(db, student).get(kind)
        if before is not None:
            before.revoked_at = utc_now()
        made = StudentPass(
            student_id=student.id, kind=kind, token_hash=_hash(token), issued_by=account.id, secret_sealed=b""
        )
        made.secret_sealed = vault.seal(secret, purpose(made))
        db.add(made)
    return made


def _code(vault: Vault, phone: StudentPass, step: int) -> str:
    secret = vault.open(phone.secret_sealed, purpose(phone))
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha256")
    return base64.b32encode(digest[:CODE_BYTES]).decode()


def purpose(of: StudentPass) -> str:
    """What a pass's secret is sealed for."""
    return f"pass:{of.kind}:{of.student_id}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
