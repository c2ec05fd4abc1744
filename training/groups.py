"""Does recognition work equally well for everybody? FPIR and FNIR split by labels that the operator supplies.

The labels (glasses, skin type, age group, …) come from a CSV file with a column `person` and one column per
kind of label. Nothing is guessed from a face. What few visits cannot tell is said to be so, and never shown
as a difference.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from training.evaluation import Proportion, Trials
from training.exceptions import GroupsUnusable

PERSON_COLUMN = "person"

# With fewer people a rate is that of individuals, and with a wider interval a group could be treated much
# worse than the others without anybody seeing it.
FEWEST_PEOPLE = 10
WIDEST_INTERVAL = 0.10

MAX_BYTES = 16 * 1024 * 1024

Verdict = Literal["too_small", "no_difference", "better", "worse"]


@dataclass(frozen=True)
class Groups:
    """Labels of people. source: name of the file; columns: kind of label → person → value."""

    source: str
    columns: Mapping[str, Mapping[str, str]]

    def check(self, people: Iterable[str]) -> None:
        """Raises GroupsUnusable where these are other people altogether than those with a label."""
        if not set(people).intersection(set().union(*self.columns.values())):
            raise GroupsUnusable(f"{self.source} names nobody of whom there are photos")


@dataclass(frozen=True)
class GroupRate:
    """One rate in one group, beside that of everybody else with a label of the same kind.

    people: whom the visits belong to. verdict: `too_small` to tell; else whether the group's 95 % interval
    and that of the others lie apart.
    """

    people: int
    rate: Proportion
    others: Proportion
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"rate": self.rate.to_json(), "others": self.others.to_json()}


@dataclass(frozen=True)
class Group:
    """The people who share a value of a label."""

    value: str
    fnir: GroupRate
    fpir: GroupRate


def read_groups(path: Path) -> Groups:
    """The labels in a CSV file (UTF-8; comma, semicolon or tab). An empty cell means: not stated.

    Raises GroupsUnusable with one sentence that says what to mend, OSError where the file cannot be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise GroupsUnusable(f"{path} is larger than {MAX_BYTES // 1024**2} MB: is it the right file?")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GroupsUnusable(f"{path} is not UTF-8 text (save it as CSV UTF-8)") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise GroupsUnusable(f"{path} is not a CSV file: {error}") from error
    head = [cell.strip() for cell in rows[0]] if rows else []
    kinds = _kinds(path, head)
    columns: dict[str, dict[str, str]] = {kind: {} for kind in kinds}
    place, seen = head.index(PERSON_COLUMN), set[str]()
    for line, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(head):
            raise GroupsUnusable(f"{path}, line {line}: {len(cells)} cells under {len(head)} headings")
        person = cells[place]
        if not person:
            raise GroupsUnusable(f"{path}, line {line}: the person is missing")
        if person in seen:
            raise GroupsUnusable(f"{path}, line {line}: {person} is there twice")
        seen.add(person)
        for kind, cell in zip(head, cells, strict=True):
            if kind != PERSON_COLUMN and cell:
                columns[kind][person] = cell
    if not any(columns.values()):
        raise GroupsUnusable(f"{path} gives nobody a label")
    return Groups(path.name, columns)


def _kinds(path: Path, head: list[str]) -> list[str]:
    """The headings but for `person`."""
    if PERSON_COLUMN not in head:
        raise GroupsUnusable(f"{path} has no column {PERSON_COLUMN!r} in its first line")
    kinds = [kind for kind in head if kind != PERSON_COLUMN]
    if not kinds:
        raise GroupsUnusable(f"{path} has no column beside {PERSON_COLUMN!r}: add one per kind of label")
    if "" in kinds or len(set(head)) < len(head):
        raise GroupsUnusable(f"{path} has a heading that is empty or there twice")
    return kinds


def split(groups: Groups, trials: Trials, threshold: float) -> dict[str, list[Group]]:
    """FNIR and FPIR of each group at a threshold: kind of label → its groups, in order of their values.

    FNIR belongs to the people who visited, FPIR to the strangers (`Trials.stranger_people`).
    """
    people = set(trials.truth) | set(trials.stranger_people)
    missed = ~(trials.right & (trials.known.gated >= threshold))
    named = trials.strangers.gated >= threshold
    strangers = trials.stranger_people or ("",) * len(named)
    return {
        kind: [
            Group(
                value,
                fnir=_rate(labels, value, trials.truth, missed),
                fpir=_rate(labels, value, strangers, named),
            )
            for value in sorted({label for person, label in labels.items() if person in people})
        ]
        for kind, labels in groups.columns.items()
    }


def _rate(labels: Mapping[str, str], value: str, people: Sequence[str], events: np.ndarray) -> GroupRate:
    stated = [labels.get(person) for person in people]
    own = np.array([label == value for label in stated], dtype=bool)
    others = np.array([label is not None and label != value for label in stated], dtype=bool)
    rate = Proportion(int(events[own].sum()), int(own.sum()))
    rest = Proportion(int(events[others].sum()), int(others.sum()))
    count = len({person for person, label in zip(people, stated, strict=True) if label == value})
    return GroupRate(count, rate, rest, _verdict(count, rate, rest))


def _verdict(people: int, rate: Proportion, others: Proportion) -> Verdict:
    low, high = rate.interval
    widest = max(high - low, others.interval[1] - others.interval[0])
    if people < FEWEST_PEOPLE or widest > WIDEST_INTERVAL:
        return "too_small"
    if low > others.interval[1]:
        return "worse"
    return "better" if high < others.interval[0] else "no_difference"


def rule() -> str:
    """When a group is too small to tell, in words."""
    return (
        f"A group is too small to tell with fewer than {FEWEST_PEOPLE} people, or where the 95 % interval "
        f"of its rate, or of the others', is wider than {100 * WIDEST_INTERVAL:g} percentage points. It "
        "differs from the others where the two intervals do not overlap."
    )


def to_json(groups: Groups, trials: Trials, threshold: float) -> dict[str, Any]:
    """The split and its rule, ready for JSON; `unlabelled` are visitors without a label of the kind."""
    visitors = set(trials.truth) | set(trials.stranger_people)
    return {
        "source": groups.source,
        "rule": rule(),
        "columns": {
            kind: {
                "unlabelled_people": len(visitors - set(groups.columns[kind])),
                "groups": [
                    {"value": group.value, "fnir": group.fnir.to_json(), "fpir": group.fpir.to_json()}
                    for group in found
                ],
            }
            for kind, found in split(groups, trials, threshold).items()
        },
    }
