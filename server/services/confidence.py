"""How sure a recognition was, in three words instead of a number.

A match clears the threshold of the class's model, or there is none. Cosine similarities of different classes
cannot be compared; how far a score lies above its own class's threshold can.
"""

from enum import StrEnum

SURE_FROM = 0.05
"""Above the threshold by this much, a match is shown as sure (at the kiosk: high confidence)."""
VERY_SURE_FROM = 0.15


class Confidence(StrEnum):
    """How far above the threshold."""

    VERY_SURE = "very_sure"
    SURE = "sure"
    JUST_ENOUGH = "just_enough"


def confidence(score: float | None, threshold: float | None) -> Confidence | None:
    """In words; none without a score or without the threshold that it had to reach."""
    if score is None or threshold is None:
        return None
    clear = score - threshold
    if clear >= VERY_SURE_FROM:
        return Confidence.VERY_SURE
    return Confidence.SURE if clear >= SURE_FROM else Confidence.JUST_ENOUGH
