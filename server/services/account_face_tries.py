"""Signing in with the face: a challenge, a try, and when this factor rests."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from recognition.claim import judge_claim
from recognition.liveness import judge
from server.db import rows_changed, writing
from server.exceptions import Conflict
from server.models import Account, AccountFace, AccountFaceChallenge, ChallengeKind, utc_now
from server.services import account_faces
from server.services.liveness import SIDES
from server.services.vault import Vault

if TYPE_CHECKING:
    from recognition.engine import FaceEngine

TRIES = 5
"""So many in a row may fail; then the owner signs in another way first."""
GOOD_FOR = timedelta(seconds=30)
NOT_COUNTED = {"no_face", "several_faces", "low_quality", "challenge_over"}
"""Nothing was compared then."""


@dataclass(frozen=True)
class FaceTry:
    """What became of a try.

    :ivar problem: None for the owner; else one of :data:`NOT_COUNTED`, ``another_person``, or a problem of
        :func:`recognition.liveness.judge`.
    :ivar left: tries left.
    """

    problem: str | None
    left: int


def tries_left(db: Session, account: Account) -> int:
    """How many tries may still fail."""
    found = account_faces.of(db, account)
    return max(0, TRIES - found.failures) if found is not None else 0


def ask(db: Session, account: Account) -> AccountFaceChallenge:
    """Draws a challenge that nobody can foresee, for one try.

    :raises Conflict: ``face_not_in_use``, ``face_rests``.
    """
    if not account_faces.in_use(db, account):
        raise Conflict("face_not_in_use")
    if not tries_left(db, account):
        raise Conflict("face_rests")
    account_id, now = account.id, utc_now()
    with writing(db):
        db.execute(delete(AccountFaceChallenge).where(AccountFaceChallenge.expires_at <= now))
        challenge = AccountFaceChallenge(
            id=str(uuid.uuid4()),
            account_id=account_id,
            kind=secrets.choice(list(ChallengeKind)),
            expires_at=now + GOOD_FOR,
        )
        db.add(challenge)
    return challenge


def attempt(
    db: Session,
    vault: Vault,
    account: Account,
    challenge_id: str,
    burst: Sequence[NDArray[np.uint8]],
    asked: Sequence[NDArray[np.uint8]],
    engine: "FaceEngine",
) -> FaceTry:
    """Whether the owner is there and did as asked.

    The try is counted before it is judged, in one statement: whoever sends many at once, to whichever
    process, has no more than :data:`TRIES`. It is given back where no face could be compared.

    :param burst: RGB pictures taken before the challenge, oldest first.
    :param asked: those taken after it.
    :raises Conflict: ``face_not_in_use``, ``face_rests``, ``face_outdated``.
    """
    if not account_faces.in_use(db, account):
        raise Conflict("face_not_in_use")
    account_id = account.id
    templates = account_faces.templates(db, vault, account_id, engine.embedder_id)
    if len(templates) < account_faces.FEWEST_SHOTS:
        raise Conflict("face_outdated")
    kind = _redeem(db, account_id, challenge_id)
    if kind is None:
        return FaceTry("challenge_over", tries_left(db, account))
    _count(db, account_id)
    problem = _problem(kind, burst, asked, templates, engine)
    if problem is None:
        wake(db, account_id)
    elif problem in NOT_COUNTED:
        _give_back(db, account_id)
    db.expire_all()
    return FaceTry(problem, tries_left(db, account))


def wake(db: Session, account_id: int) -> None:
    """The owner has signed in: failed tries are forgotten."""
    with writing(db):
        db.execute(update(AccountFace).where(AccountFace.account_id == account_id).values(failures=0))


def _redeem(db: Session, account_id: int, challenge_id: str) -> ChallengeKind | None:
    """What had to be done, once; None for what was answered before, is over, or is another account's."""
    mine = (AccountFaceChallenge.id == challenge_id, AccountFaceChallenge.account_id == account_id)
    with writing(db):
        found = db.get(AccountFaceChallenge, challenge_id)
        kind = ChallengeKind(found.kind) if found is not None else None
        in_time = delete(AccountFaceChallenge).where(*mine, AccountFaceChallenge.expires_at > utc_now())
        return kind if rows_changed(db, in_time) else None


def _count(db: Session, account_id: int) -> None:
    with writing(db):
        counted = (
            update(AccountFace)
            .where(AccountFace.account_id == account_id, AccountFace.failures < TRIES)
            .values(failures=AccountFace.failures + 1)
        )
        if not rows_changed(db, counted):
            raise Conflict("face_rests")


def _give_back(db: Session, account_id: int) -> None:
    with writing(db):
        db.execute(
            update(AccountFace)
            .where(AccountFace.account_id == account_id, AccountFace.failures > 0)
            .values(failures=AccountFace.failures - 1)
        )


def _problem(
    kind: ChallengeKind,
    burst: Sequence[NDArray[np.uint8]],
    asked: Sequence[NDArray[np.uint8]],
    templates: NDArray[np.float32],
    engine: "FaceEngine",
) -> str | None:
    """Whose face it is is only told to somebody who is there: a picture learns nothing."""
    subjects = [engine.subject(image) for image in burst]
    claim = judge_claim(subjects, templates, engine)
    if claim.problem in NOT_COUNTED:
        return claim.problem
    turned = [engine.subject(image) for image in asked]
    return judge(subjects, turned, SIDES[kind], engine.embed).problem or claim.problem
