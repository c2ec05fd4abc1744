"""Faces in masks: are they noticed, are they recognised, and do masked strangers stay outside?

MFR2 (real masks): people are enrolled with their unmasked photos and come masked. Each in turn is a
stranger to the others. On LFW, where masks are drawn (`training.masks`), classes and strangers are many:
only people who tuned nothing take part. Whether a probe counts as masked is decided by
`recognition.masks`, as at the kiosk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.embeddings import central_face, photos_below
from benchmarks.lfw import cross_validated
from benchmarks.openset import FEWEST_PHOTOS, UNSEEN, Protocol, draw_class, name_half
from benchmarks.tables import percent, replace_table, share, spread, table
from recognition.engine import FaceEngine
from recognition.exposure import lifted
from recognition.gate import masked_emphasis
from recognition.image import decode_image
from recognition.masks import MASKED_FROM
from recognition.roster_model import RosterModel
from training.evaluation import Proportion
from training.masks import with_mask

PAIR_DRAWS, FOLDS = 5, 10
CLASSES, CLASS_SIZE = 20, 30
STRANGERS = 300
PHOTOS_PER_PERSON = 12


@dataclass(frozen=True, eq=False)
class Faces:
    """One row per picture.

    people: (N,); vectors: (N, D); worn: (N,) whether a mask is worn; seen: (N,) whether one is noticed.
    """

    people: np.ndarray
    vectors: np.ndarray
    worn: np.ndarray
    seen: np.ndarray


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Noticing, recognition and strangers on both sets, ready for JSON."""
    real = real_masks(data / "mfr2", engine)
    plain, drawn = drawn_masks(data / "lfw", engine)
    return {
        "embedder": engine.embedder_id,
        "noticed": _noticed(real, plain, drawn),
        "pairs": _pairs(real, engine.embedder_id),
        "real": _visits(real, engine.embedder_id),
        "drawn": _classes(plain, drawn, engine.embedder_id),
    }


def real_masks(folder: Path, engine: FaceEngine) -> Faces:
    """The pictures of MFR2."""
    worn = {}
    for line in (folder / "labels.txt").read_text(encoding="utf-8").splitlines():
        name, number, kind = (word.strip() for word in line.split(","))
        worn[f"{name}_{int(number):04d}"] = kind != "no-mask"
    paths = photos_below(folder)
    pictures = ((path, decode_image(path.read_bytes())) for path in tqdm(paths, desc="mfr2"))
    return _seen_faces(((path.parent.name, worn[path.stem], image) for path, image in pictures), engine)


def drawn_masks(folder: Path, engine: FaceEngine, half: int = UNSEEN) -> tuple[Faces, Faces]:
    """One half of LFW's people, without and with a drawn mask, row by row the same photo."""
    by_person: dict[str, list[Path]] = {}
    for path in photos_below(folder):
        if name_half(path.parent.name) == half:
            by_person.setdefault(path.parent.name, []).append(path)
    several = {name: paths for name, paths in by_person.items() if len(paths) >= FEWEST_PHOTOS}
    single = [name for name in by_person if name not in several][:STRANGERS]
    chosen = [path for paths in several.values() for path in paths[:PHOTOS_PER_PERSON]]
    chosen += [by_person[name][0] for name in single]
    plain, masked = [], []
    for number, path in enumerate(tqdm(chosen, desc="drawn masks")):
        image = decode_image(path.read_bytes())
        face = central_face(image, engine.detector)
        if face is not None:
            plain.append((path.parent.name, False, image))
            masked.append((path.parent.name, True, with_mask(image, face, np.random.default_rng(number))))
    return _seen_faces(plain, engine), _seen_faces(masked, engine)


def _seen_faces(pictures: Any, engine: FaceEngine) -> Faces:
    people, vectors, worn, seen = [], [], [], []
    for name, is_worn, image in pictures:
        lit = lifted(image)
        face = central_face(lit, engine.detector)
        people.append(name)
        worn.append(is_worn)
        if face is None:
            # A face that is not found is nobody's, and is missed.
            vectors.append(np.zeros(engine.embedder.dimensions, np.float32))
            seen.append(False)
            continue
        vectors.append(engine.embedder.embed(engine.embedder.crop(lit, face)[None])[0])
        seen.append(engine.mask_detector.probability(lit, face) >= MASKED_FROM)
    return Faces(np.array(people), np.stack(vectors), np.array(worn), np.array(seen))


def _noticed(real: Faces, plain: Faces, drawn: Faces) -> dict[str, Any]:
    unseen = np.array([name_half(name) == UNSEEN for name in real.people])

    def of(faces: Faces, chosen: np.ndarray) -> dict[str, Any]:
        return Proportion(int(faces.seen[chosen].sum()), int(chosen.sum())).to_json()

    return {
        "real masks noticed": of(real, unseen & real.worn),
        "drawn masks noticed": of(drawn, drawn.worn),
        "MFR2 without a mask, taken for masked": of(real, unseen & ~real.worn),
        "LFW, taken for masked": of(plain, ~plain.worn),
    }


def _pairs(real: Faces, embedder_id: str) -> dict[str, Any]:
    """Pairs of which one or both are masked: as many of two people as of one, threshold from other folds."""
    pairs = [(a, b) for a, b in combinations(range(len(real.people)), 2) if real.worn[a] or real.worn[b]]
    emphasis = 1.0 if (found := masked_emphasis(embedder_id, real.vectors.shape[1])) is None else found
    scores = np.array([(real.vectors[a] * emphasis) @ real.vectors[b] for a, b in pairs])
    same = np.array([real.people[a] == real.people[b] for a, b in pairs])
    accuracies = []
    for draw in range(PAIR_DRAWS):
        random = np.random.default_rng(draw)
        of_two = random.choice(np.flatnonzero(~same), size=int(same.sum()), replace=False)
        chosen = random.permutation(np.concatenate([np.flatnonzero(same), of_two]))
        folds = np.arange(len(chosen)) % FOLDS
        accuracies.append(float(np.mean(cross_validated(scores[chosen], same[chosen], folds)[0])))
    return {"pairs_of_one": int(same.sum()), "accuracies": accuracies}


def _visits(real: Faces, embedder_id: str) -> dict[str, Any]:
    enrolled = ~real.worn
    known = np.unique(real.people[enrolled])
    model = RosterModel.fit(real.vectors[enrolled], real.people[enrolled].tolist(), embedder_id=embedder_id)
    probes = np.flatnonzero(real.worn & np.isin(real.people, known))
    truth = real.people[probes].tolist()
    plain = model.rank(real.vectors[probes])
    labels, admitted = _judged(model, real, probes)
    right = labels == np.array(truth)
    _, strangers = _judged(model, real, probes, leave_out=truth)
    return {
        "people": len(known),
        "threshold": model.threshold,
        "masked_threshold": model.gate.masked_threshold,
        "rank1": Proportion(int(right.sum()), len(right)).to_json(),
        "fnir": Proportion(int((~(right & admitted)).sum()), len(right)).to_json(),
        "fnir_as_if_bare": Proportion(
            int((~((np.array(plain.labels) == np.array(truth)) & plain.admitted)).sum()), len(right)
        ).to_json(),
        "fpir": Proportion(int(strangers.sum()), len(strangers)).to_json(),
    }


def _judged(
    model: RosterModel, faces: Faces, rows: np.ndarray, leave_out: Sequence[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) the best candidates and (n,) who is named, each as masked or not as the mask detector sees it."""
    bare = model.rank(faces.vectors[rows], leave_out)
    masked = model.rank(faces.vectors[rows], leave_out, masked=True)
    seen = faces.seen[rows]
    return np.where(seen, masked.labels, bare.labels), np.where(seen, masked.admitted, bare.admitted)


def _classes(plain: Faces, drawn: Faces, embedder_id: str) -> dict[str, Any]:
    rates: dict[str, list[float]] = {"rank1": [], "fnir": [], "fpir": [], "fnir_as_if_bare": []}
    rows = {str(name): np.flatnonzero(plain.people == name) for name in np.unique(plain.people)}
    for seed in range(CLASSES):
        draw = draw_class(rows, Protocol("masked", CLASS_SIZE), seed)
        model = RosterModel.fit(
            plain.vectors[draw.enrolled_rows], draw.enrolled_labels, embedder_id=embedder_id, seed=seed
        )
        probes, strangers = np.array(draw.probe_rows), np.array(draw.stranger_rows)
        bare, truth = model.rank(drawn.vectors[probes]), np.array(draw.probe_labels)
        labels, admitted = _judged(model, drawn, probes)
        rates["rank1"].append(float((labels == truth).mean()))
        rates["fnir"].append(float((~((labels == truth) & admitted)).mean()))
        rates["fnir_as_if_bare"].append(float((~((np.array(bare.labels) == truth) & bare.admitted)).mean()))
        rates["fpir"].append(float(_judged(model, drawn, strangers)[1].mean()))
    return {"rates": rates}


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """What is noticed, and who is recognised, in docs/accuracy.md."""
    noticed = table(
        ("Masks are noticed", "share (95 %)"),
        [(kind, share(part)) for kind, part in result["noticed"].items()],
    )
    real, rates = result["real"], result["drawn"]["rates"]
    accuracies = result["pairs"]["accuracies"]
    rows = [
        (
            f"MFR2, {real['people']} people, real masks",
            share(real["rank1"]),
            share(real["fpir"]),
            share(real["fnir"]),
            percent(real["fnir_as_if_bare"]["rate"]),
        ),
        (
            f"LFW, unseen people, {CLASSES} classes of {CLASS_SIZE}, drawn masks",
            *(spread(rates[name]) for name in ("rank1", "fpir", "fnir", "fnir_as_if_bare")),
        ),
    ]
    head = (
        "Enrolled without, seen with a mask",
        "rank-1",
        "masked threshold: FPIR",
        "FNIR",
        "FNIR if judged as bare",
    )
    note = (
        f"Pairs (MFR2, one or both masked, {result['pairs']['pairs_of_one']} of one person, as many of two, "
        f"ten folds, {len(accuracies)} draws): accuracy {spread(accuracies)}."
    )
    replace_table(docs / "accuracy.md", "masks", f"{noticed}\n\n{table(head, rows)}\n\n{note}")
