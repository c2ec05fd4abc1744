"""Errors of apparent gender, by group, on public figures.

apparent_gender.csv says who counts as what, by hand, from what is generally known of them: of LFW well-known
politicians, athletes, actors and musicians, of the other sets everybody. Every fourth person of LFW
(``choose``) served to choose the crop and is in no figure.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.degraded import darker
from benchmarks.machine import in_words, machine
from benchmarks.tables import replace_table, share, table
from recognition.distinction import GENDERS
from recognition.distinguisher import Distinguisher
from recognition.image import decode_image
from recognition.weights import GENDER, ensure
from training.evaluation import Proportion

PEOPLE = Path(__file__).with_name("apparent_gender.csv")
PICTURES_OF_A_PERSON = 3
PURPOSE = "measuring its own errors by group"
SURE = 0.9
LIGHT = {"a quarter of the light": 0.25, "an eighth of the light": 0.125}
TITLES = {"lfw": "LFW", "korean": "Korean singers", "mfr2": "MFR2, bare", "masked": "MFR2, in masks"}


@dataclass(frozen=True)
class Guess:
    """One picture of a person: the share given to what they are labelled, None where no face was found."""

    group: str
    label: str
    share: float | None


def run(data: Path, weights: Path) -> dict[str, Any]:
    """Errors by group and label, ready for JSON; fetches the network where it is not here yet."""
    ensure(weights, [GENDER])
    distinguisher = Distinguisher.load(weights, purpose=PURPOSE)
    masked = _masked(data)
    random = np.random.default_rng(0)
    guesses: list[Guess] = []
    for person, path in tqdm(list(_pictures(data)), desc="distinguish", unit="picture"):
        image = decode_image(path.read_bytes())
        group = "masked" if path.name in masked else person["dataset"]
        guesses.append(Guess(TITLES[group], person["label"], _share(distinguisher, image, person["label"])))
        for title, gain in LIGHT.items() if person["dataset"] == "lfw" else ():
            dark = _share(distinguisher, darker(gain)(image, random), person["label"])
            guesses.append(Guess(f"LFW, {title}", person["label"], dark))
    return {"machine": machine(), "groups": _counted(guesses)}


def _pictures(data: Path) -> Iterator[tuple[dict[str, str], Path]]:
    with PEOPLE.open(newline="", encoding="utf-8") as stream:
        people = [row for row in csv.DictReader(stream) if row["part"] == "report"]
    for person in people:
        found = sorted((data / person["dataset"] / person["person"]).glob("*.*"))
        most = PICTURES_OF_A_PERSON if person["dataset"] == "lfw" else None
        yield from ((person, path) for path in found[:most])


def _masked(data: Path) -> set[str]:
    """Names of MFR2's pictures of masked faces."""
    lines = (data / "mfr2" / "labels.txt").read_text(encoding="utf-8").splitlines()
    rows = [[word.strip() for word in line.split(",")] for line in lines if line.strip()]
    return {f"{name}_{int(number):04d}.png" for name, number, kind in rows if kind != "no-mask"}


def _share(distinguisher: Distinguisher, image: np.ndarray, label: str) -> float | None:
    """Of the face nearest to the middle."""
    faces = distinguisher.distinguish(image).faces
    if not faces:
        return None
    middle = np.array(image.shape[1::-1]) / 2
    boxes = np.array([one.face.box for one in faces])
    nearest = np.hypot(*(boxes[:, :2] + boxes[:, 2:] / 2 - middle).T).argmin()
    return faces[nearest].shares[label]


def _counted(guesses: list[Guess]) -> list[dict[str, Any]]:
    rows = []
    for group in dict.fromkeys(guess.group for guess in guesses):
        for label in GENDERS:
            own = [one for one in guesses if (one.group, one.label) == (group, label)]
            shares = [one.share for one in own if one.share is not None]
            if own:
                rows.append(
                    {
                        "group": group,
                        "label": label,
                        "wrong": _proportion(shares, lambda value: value < 0.5),
                        "surely_wrong": _proportion(shares, lambda value: value < 1 - SURE),
                        "without_face": len(own) - len(shares),
                    }
                )
    return rows


def _proportion(shares: list[float], counts: Callable[[float], bool]) -> dict[str, Any]:
    return Proportion(sum(map(counts, shares)), len(shares)).to_json()


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Errors by group, in docs/distinguish.md."""
    plural = {"woman": "women", "man": "men"}
    rows = [
        (
            f"{row['group']}, {plural[row['label']]}",
            share(row["wrong"]),
            row["surely_wrong"]["count"],
            row["without_face"],
        )
        for row in result["groups"]
    ]
    head = ("pictures", "taken for the other", f"at {100 * SURE:.0f} % or more", "no face found")
    text = f"{table(head, rows)}\n\n{in_words(result['machine'])}."
    replace_table(docs / "distinguish.md", "distinguish", text)
