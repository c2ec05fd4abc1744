"""How good the gestures are for somebody the model has never seen: each person in turn is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.gestures import GESTURES
from training.gestures.dataset import GestureData, Progress
from training.gestures.head import train_head

CONFIDENCE = 0.9
"""A frame counts for a gesture from here up."""
HELD_FRAMES = 3
"""A gesture counts after so many frames in a row."""


def leave_one_person_out(data: GestureData, *, seed: int, progress: Progress) -> dict[str, Any]:
    """Recall and precision per gesture at `CONFIDENCE` for each person left out, and false triggers at rest.

    In the kiosk's own framing, and in perturbed ones.
    """
    people = sorted(set(data.person.tolist()))
    folds = []
    for number, person in enumerate(people):
        progress("leave one out", number, len(people))
        others = data.where(data.person != person)
        head = train_head(others.x, others.y, seed=seed)
        mine = data.where(data.person == person)
        probabilities = head.predict(mine.x)
        folds.append(
            {
                "person": person,
                "framed": figures(probabilities[mine.framed], mine.y[mine.framed]),
                "perturbed": figures(probabilities[~mine.framed], mine.y[~mine.framed]),
            }
        )
    return {
        "protocol": "leave one person out",
        "confidence": CONFIDENCE,
        "held_frames": HELD_FRAMES,
        "folds": folds,
    }


def figures(probabilities: NDArray[np.floating], y: NDArray[np.intp]) -> dict[str, Any]:
    """Accuracy, and per gesture recall, precision and counts. Pictures come in the order of their names."""
    fired = np.where(probabilities.max(axis=1) >= CONFIDENCE, probabilities.argmax(axis=1), -1)
    idle = GESTURES.index("IDLE")
    result: dict[str, Any] = {
        "pictures": len(y),
        "accuracy": float((probabilities.argmax(axis=1) == y).mean()),
    }
    for index, name in enumerate(GESTURES[:idle]):
        mine, said = y == index, fired == index
        result[name] = {
            "pictures": int(mine.sum()),
            "recall": float(said[mine].mean()),
            "precision": float(mine[said].mean()) if said.any() else None,
        }
    at_rest = fired[y == idle]
    result["IDLE"] = {
        "pictures": len(at_rest),
        "fired": int(np.isin(at_rest, np.arange(idle)).sum()),
        "held": held_triggers(at_rest, idle),
    }
    return result


def held_triggers(fired: NDArray[np.intp], idle: int) -> int:
    """How often one gesture fires `HELD_FRAMES` times in a row in a sequence of idle frames."""
    triggers, run, last = 0, 0, -1
    for gesture in fired.tolist():
        run = run + 1 if gesture == last and 0 <= gesture < idle else 1
        last = gesture
        if run == HELD_FRAMES and 0 <= gesture < idle:
            triggers += 1
    return triggers
