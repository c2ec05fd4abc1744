"""A finished model against two folders: photos of its people that it never saw, and photos of strangers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from recognition.engine import FaceEngine
from recognition.exceptions import ImageRejected
from recognition.exposure import lifted
from recognition.image import decode_image
from recognition.masks import MASKED_FROM
from recognition.roster_model import RosterModel
from training.evaluation import Trials, Visits, confusions, figures, run_trials
from training.exceptions import FolderUnusable
from training.groups import Groups, to_json
from training.photos import Progress, list_photos


def measure(
    model: RosterModel,
    engine: FaceEngine,
    known: Path,
    strangers: Path,
    progress: Progress | None = None,
    groups: Groups | None = None,
) -> dict[str, Any]:
    """Open-set figures, one visit of one frame per photo, ready for JSON; split by `groups` where given.

    Of several faces the largest is taken. A known photo in which no face is found counts as missed; a
    stranger's is left out, for the kiosk would not have asked. Raises FolderUnusable where a folder does not
    hold photos by person, a picture cannot be read, or a known person is not on the roster. `by_mask` gives
    the figures at the model's thresholds for people in masks and without.
    """
    known_photos = _labelled(known)
    outsider = sorted({label for label, _ in known_photos} - set(model.labels))
    if outsider:
        raise FolderUnusable(f"{known} holds {outsider[0]}, who is not on the roster of this model")
    vectors, seen, masked = _embed(known_photos, engine, "known", progress)
    stranger_vectors, strangers_seen, strangers_masked = _embed(
        _labelled(strangers), engine, "strangers", progress
    )
    trials = run_trials(
        model,
        vectors,
        [label for label, _ in seen],
        stranger_vectors,
        [f"{label}/{path.name}" for label, path in seen],
        stranger_people=[label for label, _ in strangers_seen],
        masked=(masked, strangers_masked),
    )
    by_mask = {
        name: figures(trials.chosen(known_part, strangers_part), model.threshold)["own_threshold"]
        for name, known_part, strangers_part in (
            ("masked", masked, strangers_masked),
            ("bare", ~masked, ~strangers_masked),
        )
    }
    faceless = [photo for photo in known_photos if photo not in seen]
    trials = _with_missed(trials, faceless)
    return {
        "embedder": model.embedder_id,
        "roster": len(model.labels),
        "known_without_face": len(faceless),
        "masked_threshold": model.gate.masked_threshold,
        **figures(trials, model.threshold),
        "by_mask": by_mask,
        "confusions": [vars(confusion) for confusion in confusions(trials, model.threshold)],
        **({"groups": to_json(groups, trials, model.threshold)} if groups else {}),
    }


def _labelled(folder: Path) -> list[tuple[str, Path]]:
    return [(label, path) for label, paths in list_photos(folder).items() for path in paths]


def _embed(
    photos: Sequence[tuple[str, Path]], engine: FaceEngine, stage: str, progress: Progress | None
) -> tuple[np.ndarray, list[tuple[str, Path]], np.ndarray]:
    """(n, D) embeddings of the largest faces, the photos they come from, and (n,) which wear a mask."""
    vectors, seen, masked = [np.empty((0, engine.embedder.dimensions), np.float32)], [], []
    for number, (label, path) in enumerate(photos, start=1):
        try:
            image = lifted(decode_image(path.read_bytes()))
        except ImageRejected as error:
            raise FolderUnusable(f"{path}: {error.message}") from error
        faces = engine.detector.detect(image)
        if faces:
            crop = engine.embedder.crop(image, faces[0])
            vectors.append(engine.embedder.embed(crop[None]))
            seen.append((label, path))
            masked.append(engine.mask_detector.probability(image, faces[0]) >= MASKED_FROM)
        if progress:
            progress(stage, number, len(photos))
    return np.concatenate(vectors), seen, np.array(masked, dtype=bool)


def _with_missed(trials: Trials, photos: Sequence[tuple[str, Path]]) -> Trials:
    """The trials with photos in which no face was found as visits that end without a name."""
    count, known = len(photos), trials.known
    return replace(
        trials,
        known=Visits(
            labels=known.labels + ("",) * count,
            scores=np.concatenate([known.scores, np.full(count, -np.inf)]),
            margins=np.concatenate([known.margins, np.full(count, np.nan)]),
        ),
        truth=trials.truth + tuple(label for label, _ in photos),
        sources=trials.sources + tuple(f"{label}/{path.name}" for label, path in photos),
    )
