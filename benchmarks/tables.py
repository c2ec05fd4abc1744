"""Measured tables inside hand-written pages: a benchmark replaces its own, the words around it stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


class MarkerMissing(Exception):
    """A page has no place for a table."""


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; the first column is text, the others are right-aligned."""
    lines = [list(head), ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def replace_table(page: Path, name: str, text: str) -> None:
    """Put `text` between `<!-- measured: name -->` and `<!-- end: name -->`. Raises MarkerMissing."""
    begin, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    content = page.read_text(encoding="utf-8")
    before, found_begin, rest = content.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise MarkerMissing(f"{page} has no place for the table {name!r}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def percent(rate: float | None, digits: int = 2) -> str:
    return "–" if rate is None else f"{100 * rate:.{digits}f} %"


def spread(rates: Sequence[float], digits: int = 2) -> str:
    """Mean and standard deviation over seeds, in percent."""
    return f"{100 * np.mean(rates):.{digits}f} ± {100 * np.std(rates):.{digits}f} %"


def share(proportion: dict[str, Any]) -> str:
    """Counts, rate and interval of a `training.evaluation.Proportion` in JSON form."""
    low, high = proportion["interval_95"]
    return (
        f"{proportion['count']} of {proportion['total']} "
        f"({percent(proportion['rate'])}; {100 * low:.1f}–{100 * high:.1f})"
    )
