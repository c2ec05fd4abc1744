"""What one process sees in a minute, for the page about the last hour."""

import threading
from collections import Counter
from typing import Any

from recognition.score_drift import Scores, Standing

VISIT_BOUNDS_MS = (20, 40, 60, 80, 100, 150, 200, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 5000)
"""Upper bounds of the classes that times of visits are counted in; one more class is above all."""
TURNED_AWAY = 503
"""Asked to come again: there are too many, or the networks are not warm yet. That is no error."""
OUTCOMES = {
    "match": "recorded",
    "already_checked_in": "again",
    "unknown": "unknown",
    "not_on_roster": "unknown",
    "discarded": "unknown",
    "no_face": "unseen",
    "several_faces": "unseen",
    "low_quality": "unseen",
}
"""The kind that a decision is shown as; all others are refused: wrong codes, failed proofs and so on."""


class MinuteFigures:
    """Adds up until it is taken. Safe to call from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._empty()

    def _empty(self) -> None:
        self._requests = 0
        self._errors = 0
        self._turned_away = 0
        self._outcomes: Counter[str] = Counter()
        self._visits = [0] * (len(VISIT_BOUNDS_MS) + 1)
        self._scores = Scores()

    def request(self, status: int) -> None:
        """A request was answered."""
        with self._lock:
            self._requests += 1
            if status == TURNED_AWAY:
                self._turned_away += 1
            else:
                self._errors += status >= 500

    def visit(self, seconds: float) -> None:
        """A visit with pictures was answered."""
        ms = seconds * 1000
        place = next((n for n, bound in enumerate(VISIT_BOUNDS_MS) if ms <= bound), len(VISIT_BOUNDS_MS))
        with self._lock:
            self._visits[place] += 1

    def outcome(self, reason: str) -> None:
        """A visit came to an end."""
        with self._lock:
            self._outcomes[OUTCOMES.get(reason, "refused")] += 1

    def score(self, standing: Standing) -> None:
        """A face was compared."""
        with self._lock:
            self._scores.add(standing)

    def take(self) -> dict[str, Any]:
        """What was added up since the last time, for JSON."""
        with self._lock:
            taken = {
                "requests": self._requests,
                "errors": self._errors,
                "turned_away": self._turned_away,
                "outcomes": dict(self._outcomes),
                "visits": self._visits,
                "scores": self._scores.to_json(),
            }
            self._empty()
        return taken
