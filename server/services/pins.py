"""PINs: student number and PIN, for whoever has no face on record, no phone and no card.

A PIN has few digits, so what protects it is how seldom it can be tried: after a few wrong tries a student's
PIN rests, longer each time, and a kiosk that saw many wrong ones takes none for a while. Both are counted in
the database, so that every worker process counts the same.
"""

import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import TooMany
from server.models import Account, CheckIn, Student, StudentPin, utc_now

DIGITS = 6
TRIES = 5
REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
KIOSK_TRIES = 15
KIOSK_WITHIN = timedelta(minutes=5)

# Argon2id with the library's defaults, as for passwords.
_HASHER = PasswordHasher()


def set_new(db: Session, student: Student, account: Account) -> str:
    """A new random PIN, shown this once; the one before stops working and its tries are forgotten."""
    pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    pin_hash = _HASHER.hash(pin)
    with writing(db):
        remove(db, student)
        db.add(StudentPin(student_id=student.id, pin_hash=pin_hash, set_by=account.id))
    return pin


def remove(db: Session, student: Student) -> None:
    """Takes a student's PIN away."""
    with writing(db):
        found = db.get(StudentPin, student.id)
        if found is not None:
            db.delete(found)
            db.flush()


def of(db: Session, student: Student) -> StudentPin | None:
    """The student's PIN, if there is one."""
    return db.get(StudentPin, student.id)


def check(db: Session, number: str, pin: str, *, kiosk_id: int | None, session_id: int) -> Student | None:
    """The student with this number and PIN; ``None`` when either is wrong, which is not told.

    An unknown number costs as much time as a wrong PIN.

    :raises TooMany: ``too_many_tries`` for this student or this kiosk.
    """
    now = utc_now()
    _spare_the_kiosk(db, kiosk_id, session_id, now)
    found = db.scalar(select(StudentPin).join(Student).where(Student.number == " ".join(number.split())[:64]))
    if found is not None and (left := _rest_left(found, now)) > 0:
        raise TooMany("too_many_tries", retry_after=left)
    right = _matches(found.pin_hash if found else _nobodys_hash(), pin)
    if found is None:
        return None
    student_id = found.student_id
    with writing(db):
        counted = db.get(StudentPin, student_id, with_for_update=True)
        if counted is None:
            return None
        counted.failures = 0 if right else counted.failures + 1
        counted.locked_until = None if right else _rest_until(counted.failures, now)
        return counted.student if right else None


def _rest_until(failures: int, now: datetime) -> datetime | None:
    if failures < TRIES:
        return None
    rest: timedelta = REST * 2 ** min(failures - TRIES, 10)
    return now + min(rest, LONGEST_REST)


def _rest_left(pin: StudentPin, now: datetime) -> int:
    """Whole seconds for which it still rests; a rest longer than any was set by a clock that ran ahead."""
    if pin.locked_until is None or not now < pin.locked_until <= now + LONGEST_REST:
        return 0
    return int((pin.locked_until - now).total_seconds()) + 1


def _spare_the_kiosk(db: Session, kiosk_id: int | None, session_id: int, now: datetime) -> None:
    wrong = db.scalar(
        select(func.count()).where(
            CheckIn.reason == "pin_wrong",
            CheckIn.kiosk_id.is_(None) if kiosk_id is None else CheckIn.kiosk_id == kiosk_id,
            CheckIn.session_id == session_id,
            CheckIn.created_at.between(now - KIOSK_WITHIN, now),
        )
    )
    if (wrong or 0) >= KIOSK_TRIES:
        raise TooMany("too_many_tries", retry_after=int(KIOSK_WITHIN.total_seconds()))


def _matches(pin_hash: str, pin: str) -> bool:
    try:
        return _HASHER.verify(pin_hash, pin[:64])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """A hash that no PIN has."""
    return _HASHER.hash(secrets.token_hex(16))
