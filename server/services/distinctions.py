"""Apparent gender of the faces of a picture: guessed and forgotten. That it was asked for is written down."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from recognition.distinction import Distinction
from recognition.distinguisher import Distinguisher
from recognition.verifier import NotAnalysable, Unreadable, read_picture
from server.services.audit import AuditLog


@dataclass(frozen=True)
class Seen:
    """What came of a picture, and the picture as it was looked at, for a page that draws on it."""

    outcome: Distinction
    image: np.ndarray | None


def look(distinguisher: Distinguisher, data: bytes) -> Seen:
    """Guesses for every face of a picture's bytes; what cannot be used has a code of its own."""
    try:
        image = read_picture(data)
    except (Unreadable, NotAnalysable):
        return Seen(distinguisher.distinguish(data), None)
    return Seen(distinguisher.distinguish(image), image)


def write_down(db: Session, audit: AuditLog, actor_id: int, purpose: str) -> None:
    """Who asked, when and for which purpose; neither the picture nor what came of it."""
    audit.record(db, "gender_distinguished", actor_id=actor_id, purpose=purpose)
