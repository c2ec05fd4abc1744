"""What all second factors share: whether one is needed, the recovery codes, and taking them away.

An app or a passkey makes signing in take more than the password. The face stands in for them and is never the
only one (:mod:`server.services.account_faces`).
"""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import rows_changed, writing
from server.models import Account, OneTimeCodes, Passkey, RecoveryCode
from server.services import account_face_removal
from server.services.tokens import token_hash

RECOVERY_CODES = 10
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 10


def needed(db: Session, account: Account) -> bool:
    """Whether the password alone is not enough for this account."""
    codes = select(OneTimeCodes.account_id).where(
        OneTimeCodes.account_id == account.id, OneTimeCodes.confirmed_at.is_not(None)
    )
    passkey = select(Passkey.id).where(Passkey.account_id == account.id)
    return bool(db.scalar(select(codes.exists() | passkey.exists())))


def recovery_codes_if_none(db: Session, account_id: int) -> list[str]:
    """Ten codes for an account that has none; nothing for one that has some."""
    with writing(db):
        left = db.scalar(select(RecoveryCode.id).where(RecoveryCode.account_id == account_id).limit(1))
        return [] if left is not None else new_recovery_codes(db, account_id)


def new_recovery_codes(db: Session, account_id: int) -> list[str]:
    """Ten new codes of 49 bits, shown this once; the ones before stop working."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    with writing(db):
        db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        for code in codes:
            db.add(RecoveryCode(account_id=account_id, code_hash=_code_hash(account_id, code)))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def recovery_codes_left(db: Session, account: Account) -> int:
    """How many were not used yet."""
    return len(db.scalars(select(RecoveryCode.id).where(RecoveryCode.account_id == account.id)).all())


def use_recovery_code(db: Session, account: Account, code: str) -> bool:
    """Whether this is one of the account's recovery codes, which it uses up."""
    account_id = account.id
    with writing(db):
        used = delete(RecoveryCode).where(
            RecoveryCode.account_id == account_id, RecoveryCode.code_hash == _code_hash(account_id, code)
        )
        return rows_changed(db, used) > 0


def remove_all(db: Session, account: Account) -> None:
    """Takes every second factor away: for somebody who lost them all."""
    account_id = account.id
    with writing(db):
        for table in (OneTimeCodes, RecoveryCode, Passkey):
            db.execute(delete(table).where(table.account_id == account_id))
        account_face_removal.discard(db, account_id)


def tidy(db: Session, account: Account) -> None:
    """Recovery codes and the face go with the last factor that they stand in for."""
    account_id = account.id
    with writing(db):
        db.flush()
        if not needed(db, account):
            db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
            account_face_removal.discard(db, account_id)


def _code_hash(account_id: int, code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in _ALPHABET)
    return token_hash(f"{account_id}:{plain}")
