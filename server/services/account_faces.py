"""The face as an account's second factor: enrolment, and taking it away.

It is offered to those who teach and have an app or a passkey already, so that nobody depends on it. What is
kept are templates, sealed for the account; no picture. Trying it is in
:mod:`server.services.account_face_tries`.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from recognition.claim import likeness
from recognition.exceptions import ImageRejected, PhotoRefused
from recognition.guidance import STRAIGHT, Guidance
from recognition.image import decode_image
from recognition.liveness import LIMITS
from server.db import forget_journal, writing
from server.exceptions import Conflict
from server.models import Account, AccountFace, AccountFaceTemplate
from server.services import account_face_removal, guided_shots, second_factors
from server.services.enrolment import PhotoOutcome
from server.services.vault import Vault

if TYPE_CHECKING:
    from recognition.engine import FaceEngine, Observation

CONSENT_TEXT_VERSION = "2026-1"
FEWEST_SHOTS = 3
"""From so many on the face is in use."""


def is_offered(db: Session, account: Account) -> bool:
    """Whether this account may have it: another factor is there, and the role is one that teaches."""
    return account.teaches and second_factors.needed(db, account)


def of(db: Session, account: Account) -> AccountFace | None:
    """The account's face, from its owner's consent on."""
    return db.get(AccountFace, account.id)


def taken(db: Session, account: Account) -> set[str]:
    """Which guided shots are there."""
    query = select(AccountFaceTemplate.shot).where(AccountFaceTemplate.account_id == account.id)
    return set(db.scalars(query))


def in_use(db: Session, account: Account) -> bool:
    """Whether signing in may be done with it."""
    number = select(func.count()).where(AccountFaceTemplate.account_id == account.id)
    return is_offered(db, account) and (db.scalar(number) or 0) >= FEWEST_SHOTS


def agree(db: Session, account: Account) -> None:
    """Takes down that the owner agreed to the present text; once is enough.

    :raises Conflict: ``face_not_offered``.
    """
    account_id = account.id
    with writing(db):
        if not is_offered(db, account):
            raise Conflict("face_not_offered")
        if db.get(AccountFace, account_id) is None:
            db.add(AccountFace(account_id=account_id, consent_version=CONSENT_TEXT_VERSION))


def check_shot(db: Session, account: Account, data: bytes, shot: str, engine: "FaceEngine") -> Guidance:
    """As :func:`server.services.guided_shots.check`, for an account's own face."""
    wanted = guided_shots.known(shot)
    if of(db, account) is None:
        raise Conflict("consent_missing")
    front = db.execute(
        select(AccountFaceTemplate.yaw, AccountFaceTemplate.pitch).where(
            AccountFaceTemplate.account_id == account.id, AccountFaceTemplate.shot == "front"
        )
    ).one_or_none()
    db.commit()  # No transaction stays open while the networks work.
    return guided_shots.look(data, wanted, engine, (front.yaw, front.pitch) if front else STRAIGHT)


def add_shot(
    db: Session, vault: Vault, account: Account, data: bytes, shot: str, engine: "FaceEngine"
) -> PhotoOutcome:
    """Checks a shot and keeps its template, in place of the one taken before; the picture is forgotten.

    :param data: the uploaded file.
    :raises Invalid: ``shot_unknown``.
    """
    wanted = guided_shots.known(shot)
    account_id = account.id
    if of(db, account) is None:
        return PhotoOutcome(False, "consent_missing")
    others = templates(db, vault, account_id, engine.embedder_id, but=wanted)
    db.commit()  # No transaction stays open while the networks work.
    try:
        seen = engine.enrol(decode_image(data))
    except ImageRejected as error:
        return PhotoOutcome(False, error.reason)
    except PhotoRefused as error:
        return PhotoOutcome(False, error.reason, detail=", ".join(error.problems))
    if len(others):
        alike = likeness(seen.embedding[None], others, engine.embedder_id, masked=False)
        if alike[0] < LIMITS.likeness:
            return PhotoOutcome(False, "another_person")
    if not keep_shot(db, vault, account_id, wanted, seen, engine.embedder_id):
        return PhotoOutcome(False, "consent_missing")
    return PhotoOutcome(True, "accepted")


def keep_shot(
    db: Session, vault: Vault, account_id: int, shot: str, seen: "Observation", embedder_id: str
) -> bool:
    """Keeps the template of a shot that was checked; not when consent was taken back meanwhile."""
    template = np.ascontiguousarray(seen.embedding, dtype="<f4").tobytes()
    with writing(db):
        if db.get(AccountFace, account_id, with_for_update=True) is None:
            return False
        same = (AccountFaceTemplate.account_id == account_id, AccountFaceTemplate.shot == shot)
        db.execute(delete(AccountFaceTemplate).where(*same))
        db.add(
            AccountFaceTemplate(
                account_id=account_id,
                shot=shot,
                embedder_id=embedder_id,
                vector_encrypted=vault.seal(template, purpose(account_id, embedder_id)),
                yaw=float(seen.quality.yaw),
                pitch=float(seen.quality.pitch),
            )
        )
        return True


def templates(
    db: Session, vault: Vault, account_id: int, embedder_id: str, *, but: str | None = None
) -> NDArray[np.float32]:
    """The account's templates of this embedder, (N, D); without those of the shot ``but``."""
    rows = db.execute(
        select(AccountFaceTemplate.vector_encrypted).where(
            AccountFaceTemplate.account_id == account_id,
            AccountFaceTemplate.embedder_id == embedder_id,
            AccountFaceTemplate.shot != (but or ""),
        )
    )
    opened = [vault.open(row.vector_encrypted, purpose(account_id, embedder_id)) for row in rows]
    return np.array([np.frombuffer(one, dtype="<f4") for one in opened], dtype=np.float32)


def remove(db: Session, account: Account) -> bool:
    """Deletes templates and consent; whether there was anything."""
    account_id = account.id
    with writing(db):
        removed = account_face_removal.discard(db, account_id)
    if removed:
        forget_journal(db)
    return removed


def purpose(account_id: int, embedder_id: str) -> str:
    """What a template is sealed for."""
    return f"account-face:{account_id}:{embedder_id}"
