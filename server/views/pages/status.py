"""The operator's page about the last hour and the state of the installation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import render_template
from flask_babel import gettext

from server import installation_state
from server.db import get_db
from server.minute_figures import VISIT_BOUNDS_MS
from server.models import utc_now
from server.runtime import get_runtime
from server.services import backlogs, last_hour, status_minutes
from server.services.last_hour import OUTCOMES, Minute
from server.views.pages.blueprint import bp
from server.views.pages.status_words import findings


@dataclass(frozen=True)
class Bar:
    """A minute's bar.

    :ivar values: what the table says of each layer; ``shares``: its height, in parts of the highest bar.
    """

    begins: datetime
    values: tuple[int | None, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """Bars, a minute each.

    :ivar layers: (code of colour, words) of each layer.
    :ivar most: what the highest bar stands for.
    """

    name: str
    title: str
    unit: str
    layers: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    most: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.most == 0


@bp.get("/status")
def status() -> str:
    """The last hour as pictures, and in plain words what is in order and what is not."""
    db, runtime, now = get_db(), get_runtime(), utc_now()
    rows = status_minutes.since(db, now - timedelta(hours=1, minutes=1))
    hour = last_hour.minutes(rows, now)
    whole = last_hour.together(hour)
    assert whole is not None
    state = installation_state.look(runtime, db)
    return render_template(
        "status.html",
        charts=_charts(hour),
        whole=whole,
        p95=last_hour.quantile_ms(whole.visits, VISIT_BOUNDS_MS, 0.95),
        state=state,
        findings=findings(state, installation_state.drift(db, now)),
        courses=backlogs.course_names(db, list(state.rosters)),
        networks=runtime.describe().get("networks"),
        zone=ZoneInfo(runtime.settings.default_time_zone),
    )


def _charts(hour: Sequence[Minute]) -> list[Chart]:
    words = dict(
        zip(
            OUTCOMES,
            (
                gettext("recorded"),
                gettext("was here already"),
                gettext("not recognised"),
                gettext("face not seen well"),
                gettext("refused"),
            ),
            strict=True,
        )
    )

    def time(one: Minute, share: float) -> int | None:
        return last_hour.quantile_ms(one.visits, VISIT_BOUNDS_MS, share)

    def beyond(one: Minute) -> tuple[int | None, ...]:
        half, most = time(one, 0.5), time(one, 0.95)
        return half, None if half is None or most is None else most - half

    return [
        _chart(
            "outcomes",
            gettext("Visits by outcome"),
            gettext("per minute"),
            tuple(words.items()),
            hour,
            lambda one: tuple(one.outcomes[code] for code in OUTCOMES),
        ),
        _chart(
            "times",
            gettext("How long a visit takes"),
            gettext("milliseconds"),
            (("half", gettext("half of them within")), ("most", gettext("95 of 100 within"))),
            hour,
            beyond,
            told=lambda one: (time(one, 0.5), time(one, 0.95)),
        ),
        _chart(
            "errors",
            gettext("Errors"),
            gettext("requests per minute"),
            (("error", gettext("failed")), ("away", gettext("told to come again"))),
            hour,
            lambda one: (one.errors, one.turned_away),
        ),
        _chart(
            "queue",
            gettext("Jobs that wait"),
            gettext("jobs"),
            (("queue", gettext("waiting")),),
            hour,
            lambda one: (one.queue,),
        ),
    ]


def _chart(
    name: str,
    title: str,
    unit: str,
    layers: tuple[tuple[str, str], ...],
    hour: Sequence[Minute],
    values: Callable[[Minute], tuple[int | None, ...]],
    told: Callable[[Minute], tuple[int | None, ...]] | None = None,
) -> Chart:
    """A chart of an hour.

    :param values: the height of each layer in a minute, from the floor up.
    :param told: what the table says, where that is not the layers' heights.
    """
    heights = [[value or 0 for value in values(one)] for one in hour]
    most = max(sum(one) for one in heights)
    bars = tuple(
        Bar(one.begins, (told or values)(one), tuple(value / max(most, 1) for value in layer))
        for one, layer in zip(hour, heights, strict=True)
    )
    return Chart(name, title, unit, layers, bars, most)
