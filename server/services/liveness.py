"""Whether a visitor is there in person: challenges are drawn here, given out once, and redeemed once.

The evidence itself is judged by :mod:`recognition.liveness`; here is who has to give it, and when.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from recognition.bodies import Body, face_is_on
from recognition.engine import Subject
from recognition.liveness import Side, judge
from server.db import rows_changed, writing
from server.models import Challenge, ChallengeKind, ClassSession, Kiosk, utc_now

if TYPE_CHECKING:
    from recognition.engine import FaceEngine

GOOD_FOR = timedelta(seconds=30)
"""From the question to the arrival of the pictures: a countdown, the turn itself, a slow network."""
FORGOTTEN_AFTER = timedelta(hours=1)

SIDES: dict[ChallengeKind, Side] = {ChallengeKind.TURN_LEFT: "left", ChallengeKind.TURN_RIGHT: "right"}


@dataclass(frozen=True)
class Evidence:
    """What a visit shows: pictures and subjects of the burst, pictures of the challenge, the gesture."""

    burst: Sequence[np.ndarray]
    subjects: Sequence[Subject | str]
    asked: Sequence[np.ndarray]
    gesture: dict[str, Any] | None


def is_required(session: ClassSession, policy: str) -> bool:
    """Whether visits to a session have to answer a challenge.

    The demo class never asks: its people do not exist, and its demo camera plays still pictures.
    """
    return policy == "required" and not session.course.is_demo


def ask(db: Session, session: ClassSession, kiosk: Kiosk | None) -> Challenge:
    """Draws a challenge that nobody can foresee, for one visit of this kiosk to this session."""
    now = utc_now()
    with writing(db):
        db.execute(delete(Challenge).where(Challenge.expires_at < now - FORGOTTEN_AFTER))
        challenge = Challenge(
            id=str(uuid.uuid4()),
            session_id=session.id,
            kiosk_id=kiosk.id if kiosk is not None else None,
            kind=secrets.choice(list(ChallengeKind)),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
        db.add(challenge)
    return challenge


def redeem(
    db: Session, challenge_id: str | None, *, nonce: str, session_id: int, kiosk_id: int | None
) -> tuple[ChallengeKind | None, str | None]:
    """Uses a challenge up for the visit with this nonce; the same visit may be sent again.

    :returns: what had to be done and None, or None and the detail of ``not_live``: ``challenge_missing``,
        ``challenge_unknown`` (also another kiosk's or session's), ``challenge_used``, ``challenge_expired``.
    """
    if not challenge_id:
        return None, "challenge_missing"
    mine = (
        Challenge.id == challenge_id,
        Challenge.session_id == session_id,
        Challenge.kiosk_id == kiosk_id if kiosk_id is not None else Challenge.kiosk_id.is_(None),
    )
    with writing(db):
        # One statement decides, whichever process it runs in.
        taken = rows_changed(
            db,
            update(Challenge)
            .where(
                *mine,
                or_(
                    Challenge.nonce == nonce, Challenge.nonce.is_(None) & (Challenge.expires_at >= utc_now())
                ),
            )
            .values(nonce=nonce),
        )
        row = db.execute(select(Challenge.kind, Challenge.nonce).where(*mine)).one_or_none()
    if row is None:
        return None, "challenge_unknown"
    if taken == 1:
        return ChallengeKind(row.kind), None
    return None, "challenge_used" if row.nonce is not None else "challenge_expired"


def problem_of(engine: "FaceEngine", kind: ChallengeKind, evidence: Evidence) -> str | None:
    """The detail of ``not_live``, or None when a person is there.

    ``challenge_missing`` without pictures of the challenge; ``another_body`` when the face is not on the body
    that made the gesture; else a problem of :func:`recognition.liveness.judge`.
    """
    if not evidence.asked:
        return "challenge_missing"
    if not _on_the_body(evidence):
        return "another_body"
    asked = [engine.subject(image) for image in evidence.asked]
    return judge(evidence.subjects, asked, SIDES[kind], engine.embed).problem


def _on_the_body(evidence: Evidence) -> bool:
    """Whether the face of each frame sits on the body that the kiosk saw in it; true where it saw none.

    A visit begun by a gesture has to say where the body was, in at least one frame.
    """
    said = (evidence.gesture or {}).get("bodies")
    bodies = [Body.read(one) for one in said] if isinstance(said, list) else []
    pairs = [
        (subject.face, body, image.shape)
        for subject, body, image in zip(evidence.subjects, bodies, evidence.burst, strict=False)
        if isinstance(subject, Subject) and body is not None
    ]
    if not pairs:
        return (evidence.gesture or {}).get("way") != "gesture"
    return sum(face_is_on(body, face, shape) for face, body, shape in pairs) * 2 > len(pairs)
