"""The report of a fit: one HTML file that needs no other, with no photo of anybody in it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from training import pictures
from training.checking import warnings_of
from training.evaluation import confusions
from training.fitting import FitResult
from training.groups import GroupRate, Groups, rule, split
from training.weakness import students

WEAKEST_SHOWN = 12


def render_report(result: FitResult, groups: Groups | None = None) -> str:
    """The whole HTML document, with the figures split by `groups` where given; every text that came from a
    file or a folder's name is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {"share": _share, "interval": _interval, "verdict": _verdict}
    model, held_out = result.model, result.held_out
    threshold = model.threshold
    return environment.get_template("report.html.j2").render(
        people=len(model.labels),
        accepted=len(result.photos.accepted),
        refused=result.photos.refused,
        copies=result.options.augment,
        embedder=model.embedder_id,
        seed=result.options.seed,
        threshold=threshold,
        calibration=model.calibration,
        held_out=result.figures["held_out"],
        tiles=_tiles(result),
        pictures=_pictures(result, threshold),
        confusions=confusions(held_out.trials, threshold) if held_out else [],
        warnings=warnings_of(model, result.photos.accepted),
        weakest=students(model, result.photos.accepted)[:WEAKEST_SHOWN],
        groups=split(groups, held_out.trials, threshold) if groups and held_out else {},
        groups_rule=rule(),
        numbers={label: number for number, label in enumerate(model.labels, start=1)},
    )


def _verdict(group_rate: GroupRate) -> str:
    """What a group's rate tells, in words."""
    return {
        "too_small": "too small to tell",
        "no_difference": "no difference seen",
        "better": "lower than the others",
        "worse": "higher than the others",
    }[group_rate.verdict]


def _tiles(result: FitResult) -> list[dict[str, str | None]]:
    """The figures that are read first."""
    if result.held_out is None:
        return []
    figures = result.held_out.figures
    own = figures["own_threshold"]
    named = (
        ("right person first (rank-1)", figures["rank1"]),
        ("students missed (FNIR)", own["fnir"]),
        ("strangers named (FPIR)", own["fpir"]),
        ("students named wrongly", own["misidentified"]),
    )
    return [
        {"name": name, "value": _share(proportion), "interval": _interval(proportion)}
        for name, proportion in named
    ]


def _pictures(result: FitResult, threshold: float) -> dict[str, str | None]:
    drawn = {"times": pictures.stage_times(result.seconds), "scores": None, "det": None, "confusions": None}
    if result.held_out:
        trials = result.held_out.trials
        drawn |= {
            "scores": pictures.score_distributions(trials, threshold),
            "det": pictures.det_curve(trials, threshold),
            "confusions": pictures.confusion_matrix(trials, threshold, result.model.labels),
        }
    return {name: svg and _data_address(svg) for name, svg in drawn.items()}


def _data_address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _share(proportion: dict[str, Any]) -> str:
    """A rate for reading, with its counts where they are few."""
    if not proportion["total"]:
        return "–"
    return f"{100 * proportion['rate']:.2f} %".replace(".00 %", " %")


def _interval(proportion: dict[str, Any]) -> str:
    if not proportion["total"]:
        return "–"
    low, high = proportion["interval_95"]
    return f"{100 * low:.1f}–{100 * high:.1f} %, n = {proportion['total']}"
