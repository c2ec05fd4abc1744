"""From checked photos to a roster model, and to honest figures about it.

The figures come from further models that never saw the held-out photos nor a copy of one: the split is made
by photo, before anything is augmented. The model that is delivered learns from every photo.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition.classifier import MOST_PEOPLE
from recognition.engine import FaceEngine
from recognition.gate import DEFAULT_TARGET_FPIR
from recognition.roster_model import RosterModel
from training import copied
from training.embedding_cache import EmbeddingCache
from training.evaluation import Trials, figures, joined, run_trials
from training.exceptions import TooFewPhotos
from training.photos import CheckedPhotos, Photo, Progress, check_images

HELD_OUT_SHARE = 0.2
# With fewer photos of a person every one is needed to learn from.
FEWEST_TO_SPLIT = 3
ENOUGH_HELD_OUT = 150

Embeddings = NDArray[np.float32]


@dataclass(frozen=True)
class FitOptions:
    """How to fit. augment: copies per photo; held_out: share of each person's photos kept for the figures."""

    augment: int = 20
    seed: int = 0
    held_out: float = HELD_OUT_SHARE
    target_fpir: float = DEFAULT_TARGET_FPIR


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Figures on photos that were kept apart, in one or more rounds, from models that learnt from the rest;
    `trials` has their scores shifted to the threshold of the model that is delivered."""

    trials: Trials
    figures: dict[str, Any]
    rounds: int


@dataclass(frozen=True, eq=False)
class FitResult:
    """model: learnt from all accepted photos; photos: what was accepted and refused; held_out: None where
    nobody has enough photos to keep one apart; seconds: duration of each stage."""

    model: RosterModel
    photos: CheckedPhotos
    options: FitOptions
    held_out: HeldOut | None
    seconds: dict[str, float]

    @property
    def figures(self) -> dict[str, Any]:
        """Everything that was counted and measured, ready for JSON."""
        return {
            "people": len(self.model.labels),
            "photos": len(self.photos.accepted),
            "refused": len(self.photos.refused),
            "copies_per_photo": self.options.augment,
            "calibration": self.model.calibration,
            "held_out": self.held_out and {"rounds": self.held_out.rounds, **self.held_out.figures},
            "seconds": self.seconds,
        }


def fit_roster(
    photos_by_label: Mapping[str, Sequence[np.ndarray]],
    engine: FaceEngine,
    augment: int = 20,
    seed: int = 0,
    progress: Progress | None = None,
) -> FitResult:
    """Check, augment, embed and fit RGB uint8 (H, W, 3) photos by label.

    Photos that fail the check are left out and listed in the result. The same photos and seed give the same
    model. Raises TooFewPhotos when none is left.
    """
    clock = StageClock()
    with clock.stage("check"):
        photos = check_images(photos_by_label, engine, progress)
    return fit_photos(photos, engine, FitOptions(augment, seed), progress=progress, clock=clock)


def fit_photos(
    photos: CheckedPhotos,
    engine: FaceEngine,
    options: FitOptions | None = None,
    *,
    background: Embeddings | None = None,
    cache: EmbeddingCache | None = None,
    progress: Progress | None = None,
    clock: StageClock | None = None,
) -> FitResult:
    """Fit checked photos; `background` are (M, D) embeddings of people who are not on the roster; `cache`
    knows copies of earlier fits.

    Raises TooFewPhotos where no photo was accepted.
    """
    options, clock = options or FitOptions(), clock or StageClock()
    if not photos.accepted:
        raise TooFewPhotos(f"none of the {len(photos.refused)} photos can be learnt from")
    # What the copies are for, the classifier, a class of two or of several hundred does not have.
    useful = 2 < len(photos.labels) <= MOST_PEOPLE
    with clock.stage("copies"):
        copies = embed_copies(
            photos.accepted, engine, options if useful else replace(options, augment=0), progress, cache
        )

    def fit(chosen: Sequence[int]) -> RosterModel:
        chosen_photos = [photos.accepted[index] for index in chosen]
        labels = [photo.label for photo in chosen_photos]
        return RosterModel.fit(
            np.stack([photo.embedding for photo in chosen_photos]),
            labels,
            embedder_id=engine.embedder_id,
            augmented=(
                copies[list(chosen)].reshape(-1, copies.shape[-1]),
                np.repeat(labels, copies.shape[1]).tolist(),
            ),
            background=background,
            target_fpir=options.target_fpir,
            seed=options.seed,
        )

    with clock.stage("fit"):
        model = fit(range(len(photos.accepted)))
    if progress:
        progress("fit", 1, 1)
    rounds = split_by_photo(photos.accepted, options.held_out, options.seed)
    parts = []
    with clock.stage("evaluate"):
        for number, kept in enumerate(rounds, start=1):
            left = fit(sorted(set(range(len(photos.accepted))) - set(kept)))
            parts.append((_visits(left, [photos.accepted[index] for index in kept]), left.threshold))
            if progress:
                progress("evaluate", number, len(rounds))
    held_out = None
    if parts:
        trials = joined(parts, model.threshold)
        held_out = HeldOut(trials, figures(trials, model.threshold), rounds=len(rounds))
    return FitResult(model, photos, options, held_out, clock.seconds)


def split_by_photo(photos: Sequence[Photo], share: float, seed: int) -> list[list[int]]:
    """Positions of the photos to keep apart, for one or more rounds that never keep a photo twice.

    In each round everybody with at least three photos gives the share, at least one photo. Rounds go on until
    150 photos were kept in all or no round is left in which everybody could give again, so that the figures
    of a small class do not hang on five photos.
    """
    positions: dict[str, list[int]] = {photo.label: [] for photo in photos}
    for position, photo in enumerate(photos):
        positions[photo.label].append(position)
    splittable = {label: own for label, own in positions.items() if len(own) >= FEWEST_TO_SPLIT}
    if not splittable or share <= 0:
        return []
    shuffled = {
        label: np.random.default_rng([seed, number]).permutation(splittable[label]).tolist()
        for number, label in enumerate(sorted(splittable))
    }
    count = {label: max(1, round(share * len(own))) for label, own in shuffled.items()}
    possible = min(len(own) // count[label] for label, own in shuffled.items())
    enough = -(-ENOUGH_HELD_OUT // sum(count.values()))
    return [
        sorted(p for label, own in shuffled.items() for p in own[r * count[label] : (r + 1) * count[label]])
        for r in range(min(possible, enough))
    ]


def embed_copies(
    photos: Sequence[Photo],
    engine: FaceEngine,
    options: FitOptions,
    progress: Progress | None = None,
    cache: EmbeddingCache | None = None,
) -> Embeddings:
    """(photos, copies, D) embeddings of the augmented copies of each photo; in a large class most of them are
    borrowed, see `training.copied`."""
    if not options.augment:
        return np.empty((len(photos), 0, engine.embedder.dimensions), dtype=np.float32)

    def told(done: int) -> None:
        if progress:
            progress("augment and embed", done, len(photos))

    counts = copied.shares(photos, options.augment)
    own = copied.made(photos, counts, engine, options.seed, cache, told)
    originals = np.stack([photo.embedding for photo in photos])
    return copied.filled(originals, own, options.augment, options.seed)


def _visits(model: RosterModel, photos: Sequence[Photo]) -> Trials:
    """Each held-out photo as a visit by its owner, and as a visit by a stranger to a class without them; a
    class of one has nobody else whom a stranger could be taken for."""
    probes = np.stack([photo.embedding for photo in photos])
    truth = [photo.label for photo in photos]
    sources = [photo.source for photo in photos]
    playing = slice(None) if len(model.labels) > 1 else slice(0)
    return run_trials(model, probes, truth, probes[playing], sources, strangers_to=truth[playing])


@dataclass
class StageClock:
    """Seconds spent in each stage, summed over its parts."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what runs inside towards `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
