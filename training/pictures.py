"""The pictures of a report, as SVG text. Drawn without pyplot, so that a server's threads may draw too."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from training.evaluation import OPERATING_POINTS, Trials

SAME, DIFFERENT, LINE, INK, FAINT = "#1d6fb8", "#d9822b", "#b42318", "#1f2933", "#d5dbe1"
# More rows than this are hard to read: of a larger class only the people with a mistake are shown.
LARGEST_MATRIX = 16


def score_distributions(trials: Trials, threshold: float) -> str:
    """Histograms of gate evidence for enrolled people and for strangers, with the threshold between them."""
    figure, axes = new_figure(7.2, 3.4)
    known, strangers = trials.known.scores[trials.right], trials.strangers.scores
    known, strangers = known[np.isfinite(known)], strangers[np.isfinite(strangers)]
    both = np.concatenate([known, strangers, [threshold]])
    bins = np.linspace(both.min() - 0.02, both.max() + 0.02, 48)
    for scores, colour, name in ((strangers, DIFFERENT, "different people"), (known, SAME, "same person")):
        if len(scores):
            share = np.full(len(scores), 1 / len(scores))
            axes.hist(
                scores, bins.tolist(), weights=share, color=colour, alpha=0.8, label=f"{name} ({len(scores)})"
            )
    axes.axvline(threshold, color=LINE, linewidth=1.6)
    axes.annotate(
        f"threshold {threshold:.3f}",
        (threshold, 1),
        xycoords=("data", "axes fraction"),
        xytext=(5, -4),
        textcoords="offset points",
        color=LINE,
        va="top",
    )
    axes.set(xlabel="evidence for the best candidate", ylabel="share of photos")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)
    return svg_text(figure)


def det_curve(trials: Trials, threshold: float) -> str:
    """FNIR against FPIR on logarithmic axes as the threshold moves; the operating points are marked."""
    figure, axes = new_figure(7.2, 3.8)
    known, strangers = trials.known.gated, trials.strangers.gated
    scores = np.unique(np.concatenate([known, strangers]))
    scores = scores[np.isfinite(scores)]
    floor_x, floor_y = 0.5 / max(len(strangers), 1), 0.5 / max(len(known), 1)
    missed = _share_below(np.where(trials.right, known, -np.inf), scores)
    let_in = 1 - _share_below(strangers, scores)
    axes.step(
        np.maximum(let_in, floor_x), np.maximum(missed, floor_y), color=SAME, linewidth=1.8, where="pre"
    )
    own_fpir, own_fnir = trials.fpir(threshold).rate or 0, trials.fnir(threshold).rate or 0
    axes.plot(
        max(own_fpir, floor_x), max(own_fnir, floor_y), "o", color=LINE, label="the model's own threshold"
    )
    for point in OPERATING_POINTS:
        axes.axvline(point, color=FAINT, linewidth=1, zorder=0)
        axes.annotate(
            f"{100 * point:g} %", (point, 1.02), xycoords=("data", "axes fraction"), ha="center", color=INK
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(min(floor_x, min(OPERATING_POINTS)) * 0.8, 1)
    axes.set_ylim(floor_y * 0.8, 1)
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    axes.set(xlabel="strangers named (FPIR)", ylabel="students missed (FNIR)")
    axes.legend(frameon=False, loc="upper right")
    return svg_text(figure)


def confusion_matrix(trials: Trials, threshold: float, labels: Sequence[str]) -> str | None:
    """Who was taken for whom, "unknown" included. Of a large class only those with a mistake are shown; None
    where there would be nothing to see or too much to read."""
    admitted = trials.known.gated >= threshold
    answer = [name if let_in else None for name, let_in in zip(trials.known.labels, admitted, strict=True)]
    shown = sorted(set(trials.truth) | {name for name in answer if name})
    if len(shown) > LARGEST_MATRIX:
        wrong = [(t, a) for t, a in zip(trials.truth, answer, strict=True) if t != a]
        shown = sorted({label for pair in wrong for label in pair if label})
    if not 0 < len(shown) <= LARGEST_MATRIX:
        return None
    counts = np.zeros((len(shown), len(shown) + 1), dtype=int)
    for truth, name in zip(trials.truth, answer, strict=True):
        if truth in shown and (name is None or name in shown):
            counts[shown.index(truth), len(shown) if name is None else shown.index(name)] += 1
    return svg_text(_matrix(counts, [_printable(label, labels) for label in shown]))


def _matrix(counts: NDArray[np.int_], names: list[str]) -> Figure:
    side = 1.6 + 0.32 * len(names)
    figure, axes = new_figure(min(side + 1.2, 11), min(side, 10))
    right = np.zeros_like(counts, dtype=bool)
    np.fill_diagonal(right, True)
    shade = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    colours = np.ones((*counts.shape, 3))
    for mask, colour in ((right, SAME), (~right, LINE)):
        tint = np.array(matplotlib.colors.to_rgb(colour))
        colours[mask] = 1 - shade[mask][:, None] * (1 - tint) * 0.85
    axes.imshow(colours, aspect="auto")
    for row, column in zip(*np.nonzero(counts), strict=True):
        dark = shade[row, column] > 0.5
        axes.text(
            column,
            row,
            counts[row, column],
            ha="center",
            va="center",
            fontsize=7.5,
            color="white" if dark else INK,
        )
    axes.set_xticks(range(len(names) + 1), [*names, "unknown"], rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlabel="named as", ylabel="who it was")
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)
    return figure


def stage_times(seconds: dict[str, float]) -> str:
    """How long each stage took."""
    figure, axes = new_figure(7.2, 0.6 + 0.36 * len(seconds))
    names, values = list(seconds), list(seconds.values())
    bars = axes.barh(names, values, color=SAME, height=0.6)
    axes.bar_label(bars, [f"{value:.1f} s" for value in values], padding=4, color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, max(*values, 0.1) * 1.15)
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)
    return svg_text(figure)


def _share_below(scores: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the scores that do not reach each of the ascending thresholds."""
    return np.searchsorted(np.sort(scores), thresholds, side="left") / max(len(scores), 1)


def _printable(label: str, labels: Sequence[str]) -> str:
    """The label, or its number in the list of students where the drawing font lacks one of its letters."""
    glyphs = get_font(findfont(FontProperties()))
    if all(glyphs.get_char_index(ord(letter)) for letter in label):
        return label if len(label) <= 24 else label[:23] + "…"
    return f"№ {list(labels).index(label) + 1}"


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty picture in the report's style; sizes in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[:].set_color("#9aa5b1")
    axes.tick_params(colors=INK, labelsize=9)
    axes.grid(axis="y", color=FAINT, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    return figure, axes


def svg_text(figure: Figure, *, transparent: bool = True) -> str:
    """The picture as SVG. The same figure gives the same text: no dates, no random ids."""
    buffer = io.StringIO()
    style: dict[Any, Any] = {"svg.hashsalt": "face-check-in", "svg.fonttype": "path"}
    with matplotlib.rc_context(style):
        figure.savefig(
            buffer, format="svg", transparent=transparent, metadata={"Date": None, "Creator": None}
        )
    text = buffer.getvalue()
    return text[text.index("<svg") :]
