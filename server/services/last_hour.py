"""The last hour, minute by minute, over all processes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from server.models import StatusMinute
from server.services import status_minutes

MINUTES = 60
OUTCOMES = ("recorded", "again", "unknown", "unseen", "refused")


@dataclass
class Minute:
    """What all processes saw in one minute.

    :ivar visits: by class of their time; ``None`` while nobody came.
    :ivar queue: jobs that were due, as the process that saw the most of them says.
    """

    begins: datetime
    outcomes: Counter[str] = field(default_factory=Counter)
    visits: list[int] | None = None
    requests: int = 0
    errors: int = 0
    turned_away: int = 0
    queue: int = 0
    streams: int = 0

    def add(self, figures: dict[str, Any]) -> None:
        """One process's share."""
        self.outcomes.update(figures.get("outcomes", {}))
        visits = figures.get("visits")
        if visits and any(visits):
            self.visits = [a + b for a, b in zip(self.visits or [0] * len(visits), visits, strict=True)]
        self.requests += figures.get("requests", 0)
        self.errors += figures.get("errors", 0)
        self.turned_away += figures.get("turned_away", 0)
        self.queue = max(self.queue, figures.get("queue", 0))
        self.streams += figures.get("streams", 0)


def minutes(rows: Sequence[StatusMinute], now: datetime) -> list[Minute]:
    """The sixty minutes before the one that is running, also those in which nothing was."""
    first = status_minutes.floor(now) - timedelta(minutes=MINUTES)
    hour = {begins: Minute(begins) for begins in (first + timedelta(minutes=n) for n in range(MINUTES))}
    for row in rows:
        if row.minute in hour:
            hour[row.minute].add(row.figures)
    return list(hour.values())


def together(hour: Iterable[Minute]) -> Minute | None:
    """The minutes as one, of which outcomes, visits, requests and errors count; none of no minute."""
    whole: Minute | None = None
    for one in hour:
        whole = whole or Minute(one.begins)
        whole.add(
            {
                "outcomes": one.outcomes,
                "visits": one.visits,
                "requests": one.requests,
                "errors": one.errors,
                "turned_away": one.turned_away,
            }
        )
    return whole


def quantile_ms(visits: Sequence[int] | None, bounds: Sequence[int], share: float) -> int | None:
    """The time that this share of visits stays within, in milliseconds; none where there are no visits.

    Within a class of times, visits are taken as evenly spread; beyond the last bound, as at it.
    """
    if not visits or not any(visits):
        return None
    wanted, before = share * sum(visits), 0
    for (low, high), count in zip(pairwise([0, *bounds]), visits, strict=False):
        if count and before + count >= wanted:
            return round(low + (high - low) * (wanted - before) / count)
        before += count
    return bounds[-1]
