"""Who a visitor is, among everybody whose face the school knows: for those who are not on the roster.

Off unless the operator wants it (``GALLERY``): it compares visitors with students of other courses. What it
finds is told as ``not_on_roster``, to the kiosk without a name.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recognition.gallery import Gallery, normalise
from recognition.roster_model import Decision, combine, consistent
from recognition.shortlist import Embeddings
from server.models import Enrolment, FaceTemplate
from server.services.vault import Vault

log = logging.getLogger(__name__)

THRESHOLD = 0.62
"""At which at most 0.3 % of strangers pass among 150,000 people (docs/performance.md); below that, fewer."""
LOOK_EVERY_S = 30.0


class Search(Protocol):
    """Finds the nearest among everybody."""

    def nearest(self, probe: Embeddings) -> list[tuple[int, float]]:
        """The two students most like a (D,) probe: id and score, most alike first; fewer where few are."""
        ...


class SchoolGallery:
    """Decides as a roster's model does, with one threshold for everybody."""

    first_look: None = None

    def __init__(self, search: Search) -> None:
        self._search = search

    def identify(
        self, embeddings: Embeddings, weights: NDArray[np.floating] | None = None, *, masked: bool = False
    ) -> Decision:
        """One decision from the (F, D) embeddings of a visit; nobody is recognised under a mask."""
        embeddings = normalise(np.atleast_2d(embeddings))
        used = consistent(embeddings)
        frames = int(used.sum())
        if masked:
            return Decision("unknown", threshold=THRESHOLD, frames_used=frames, masked=True)
        weights = None if weights is None else np.asarray(weights)[used]
        found = self._search.nearest(combine(embeddings[used], weights)[0])
        known = bool(found) and found[0][1] >= THRESHOLD
        return Decision(
            "match" if known else "unknown",
            label=str(found[0][0]) if known else None,
            score=found[0][1] if found else None,
            margin=found[0][1] - found[1][1] if len(found) > 1 else None,
            threshold=THRESHOLD,
            frames_used=frames,
            masked=False,
        )


def elsewhere(db: Session, course_id: int, decision: Decision, found: Decision) -> Decision:
    """What counts for a visitor unknown to the course's model: somebody found who is not on its roster.

    Whoever is on the roster stays unknown, because the roster's own model decides about them.
    """
    if found.reason != "match" or found.label is None:
        return decision
    student_id = int(found.label)
    enrolled = select(Enrolment.id).where(
        Enrolment.course_id == course_id, Enrolment.student_id == student_id, Enrolment.dropped_at.is_(None)
    )
    template = select(FaceTemplate.id).where(FaceTemplate.student_id == student_id).limit(1)
    if db.scalar(enrolled) is not None or db.scalar(template) is None:
        return decision
    return found


class TemplatesInMemory:
    """Everybody's templates in this process, read anew in the background when there are others.

    :param sessions: makes database sessions.
    """

    def __init__(self, sessions: Callable[[], Session], vault: Vault, embedder_id: str) -> None:
        self._sessions = sessions
        self._vault = vault
        self._embedder_id = embedder_id
        self._known: tuple[int, int] | None = None
        self._gallery = Gallery.from_labelled(np.zeros((0, 1), dtype=np.float32), [])
        self._looked = -LOOK_EVERY_S
        self._lock = threading.Lock()

    def nearest(self, probe: Embeddings) -> list[tuple[int, float]]:
        """As :class:`Search` says."""
        self._look_soon()
        gallery = self._gallery
        if not len(gallery):
            return []
        people, scores = gallery.nearest(probe, min(2, len(gallery)))
        return [
            (int(gallery.labels[person]), float(score))
            for person, score in zip(people[0], scores[0], strict=True)
        ]

    def look(self) -> None:
        """Reads everything, if there is something else than last time."""
        with self._lock, self._sessions() as db:
            own = FaceTemplate.embedder_id == self._embedder_id
            count, newest = db.execute(
                select(func.count(FaceTemplate.id), func.coalesce(func.max(FaceTemplate.id), 0)).where(own)
            ).one()
            if (count, newest) == self._known:
                return
            rows = db.execute(select(FaceTemplate.student_id, FaceTemplate.vector_encrypted).where(own)).all()
            vectors = [
                self._vault.open_template(sealed, student, self._embedder_id) for student, sealed in rows
            ]
            labels = [str(student) for student, _ in rows]
            stacked = np.stack(vectors) if vectors else np.zeros((0, 1), dtype=np.float32)
            self._gallery = Gallery.from_labelled(stacked, labels)
            self._known = (count, newest)
            log.info("the school's gallery holds %d templates of %d people", count, len(self._gallery))

    def _look_soon(self) -> None:
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY_S and not self._lock.locked():
            self._looked = now
            threading.Thread(target=self.look, name="school-gallery", daemon=True).start()
