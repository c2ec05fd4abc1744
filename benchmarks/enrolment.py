"""What the enrolment check finds, and what it finds where nothing is wrong.

Every figure is of the people of LFW whose name has an odd hash; the two thresholds in `training.enrolment`
were chosen on the others (`benchmarks.openset.TUNING`). Wrong photos are those of other people of the same
half, in the place of one photo in five, drawn by the seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from benchmarks.embeddings import EmbeddedPhotos, embed_photos, observe_central_face, photos_below
from benchmarks.openset import UNSEEN, name_half
from benchmarks.tables import replace_table, share, table
from recognition.engine import FaceEngine
from recognition.exceptions import PhotoRefused
from recognition.image import decode_image
from training.enrolment import NEAR_DUPLICATE, EnrolmentCheck
from training.evaluation import Proportion

PHOTOS = 5
WRONG_SHARE = 0.2
SEEDS = 10
TWO_NAMES, COPIED, DEGRADED = 10, 100, 60


@dataclass(frozen=True)
class Folder:
    """One student's photos: rows of the embeddings, and which of them show somebody else."""

    label: str
    rows: np.ndarray
    wrong: np.ndarray


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Every part on `data`/lfw and `data`/korean; ready for JSON."""
    lfw = embed_photos(photos_below(data / "lfw"), engine, "lfw")
    rows = {name: own for name, own in lfw.rows_of().items() if name_half(name) == UNSEEN}
    singers = embed_photos(photos_below(data / "korean"), engine, "korean")
    return {
        "embedder": engine.embedder_id,
        "seeds": SEEDS,
        "mislabelled": {
            "lfw": _mislabelled(lfw, rows, engine.embedder_id),
            "korean": _mislabelled(singers, singers.rows_of(), engine.embedder_id),
        },
        "two_names": _two_names(lfw, rows, engine.embedder_id),
        "near_duplicates": _near_duplicates(lfw, rows, engine),
        "refused": _refused(lfw, rows, engine),
    }


def draw_folders(
    rows: Mapping[str, np.ndarray], random: np.random.Generator, wrong_share: float
) -> list[Folder]:
    """Five photos of everybody who has them; each is somebody else's with that probability."""
    everyone = {int(row): name for name, own in rows.items() for row in own}
    pool = np.array(sorted(everyone))
    folders = []
    for name, own in rows.items():
        if len(own) < PHOTOS:
            continue
        chosen = random.permutation(own)[:PHOTOS]
        wrong = random.random(PHOTOS) < wrong_share
        for place in np.flatnonzero(wrong):
            others = pool[[everyone[int(row)] != name for row in pool]]
            chosen[place] = random.choice(others)
        folders.append(Folder(name, chosen, wrong))
    return folders


def check_of(photos: EmbeddedPhotos, folders: list[Folder], embedder_id: str) -> EnrolmentCheck:
    """The class as it would be enrolled, wrong photos and all."""
    labels = [folder.label for folder in folders for _ in folder.rows]
    vectors = photos.vectors[np.concatenate([folder.rows for folder in folders])]
    return EnrolmentCheck.of_photos(vectors, labels, embedder_id)


def _mislabelled(photos: EmbeddedPhotos, rows: Mapping[str, np.ndarray], embedder_id: str) -> dict[str, Any]:
    """Folders with wrong photos, and the same without."""
    counts = Counter[str]()
    for seed in range(SEEDS):
        for kind, wrong_share in (("seeded", WRONG_SHARE), ("clean", 0.0)):
            folders = draw_folders(rows, np.random.default_rng(seed), wrong_share)
            check = check_of(photos, folders, embedder_id)
            for folder in folders:
                _count(counts, kind, folder, check.student(folder.label, photos.vectors[folder.rows]))
    return {
        "people": len(folders),
        "found": Proportion(counts["found"], counts["wrong"]).to_json(),
        "found_all": Proportion(counts["found"] + counts["found_hopeless"], counts["all_wrong"]).to_json(),
        "false_alarms": Proportion(counts["seeded_alarms"], counts["seeded_right"]).to_json(),
        "clean_alarms": Proportion(counts["clean_alarms"], counts["clean_right"]).to_json(),
        "clean_lookalikes": Proportion(counts["clean_lookalikes"], counts["clean_folders"]).to_json(),
    }


def _count(counts: Counter[str], kind: str, folder: Folder, findings: list[Any]) -> None:
    """Adds what was said of one folder. Where half of the photos and more are wrong, the others are the odd
    ones out, and no check can know: those count apart."""
    told = np.zeros(len(folder.rows), dtype=bool)
    for finding in findings:
        if finding.code in {"somebody_else", "different_people"}:
            told[list(finding.photos)] = True
        counts[f"{kind}_lookalikes"] += finding.code == "lookalike"
    counts[f"{kind}_folders"] += 1
    counts["all_wrong"] += int(folder.wrong.sum())
    if 2 * folder.wrong.sum() >= len(folder.wrong):
        counts["found_hopeless"] += int((told & folder.wrong).sum())
        return
    counts["wrong"] += int(folder.wrong.sum())
    counts["found"] += int((told & folder.wrong).sum())
    counts[f"{kind}_right"] += int((~folder.wrong).sum())
    counts[f"{kind}_alarms"] += int((told & ~folder.wrong).sum())


def _two_names(photos: EmbeddedPhotos, rows: Mapping[str, np.ndarray], embedder_id: str) -> dict[str, Any]:
    """People with six photos and more in the class under two names, half of the photos each."""
    found, asked, named_wrongly = 0, 0, 0
    several = [name for name, own in rows.items() if len(own) > PHOTOS]
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        folders = draw_folders(rows, random, 0.0)
        for name in random.choice(several, size=min(TWO_NAMES, len(several)), replace=False).tolist():
            first, second = np.array_split(random.permutation(rows[name])[: 2 * PHOTOS], 2)
            twice = [
                Folder(f"{name} {number}", half, half < 0) for number, half in enumerate((first, second))
            ]
            others = [folder for folder in folders if folder.label != name]
            check = check_of(photos, [*others, *twice], embedder_id)
            told = check.student(twice[0].label, photos.vectors[first])
            named = {finding.other for finding in told if finding.code == "lookalike"}
            asked += 1
            found += twice[1].label in named
            named_wrongly += len(named - {twice[1].label})
    return {"found": Proportion(found, asked).to_json(), "somebody_else_named": named_wrongly}


def _near_duplicates(
    photos: EmbeddedPhotos, rows: Mapping[str, np.ndarray], engine: FaceEngine
) -> dict[str, Any]:
    """One picture twice, changed in ways that pictures are; and different pictures of one person."""
    found = {words: Counter[str]() for words in CHANGES}
    several = [own for own in rows.values() if len(own) > 1]
    for own in tqdm(several[:COPIED], desc="near-duplicates", unit="person"):
        image = decode_image(photos.paths[own[0]].read_bytes())
        for words, change in CHANGES.items():
            seen = observe_central_face(np.ascontiguousarray(change(image)), engine)
            if seen is not None:
                found[words]["asked"] += 1
                found[words]["told"] += bool(seen[0] @ photos.vectors[own[0]] >= NEAR_DUPLICATE)
    told, pairs = 0, 0
    for own in several:
        likeness = photos.vectors[own] @ photos.vectors[own].T
        different = likeness[np.triu_indices(len(own), 1)]
        told, pairs = told + int((different >= NEAR_DUPLICATE).sum()), pairs + len(different)
    return {
        "found": {words: Proportion(one["told"], one["asked"]).to_json() for words, one in found.items()},
        "different_pictures": Proportion(told, pairs).to_json(),
    }


def _refused(photos: EmbeddedPhotos, rows: Mapping[str, np.ndarray], engine: FaceEngine) -> dict[str, Any]:
    """Good photos made bad: how many the engine refuses to enrol, and for what."""
    good = []
    for own in rows.values():
        image = decode_image(photos.paths[own[0]].read_bytes())
        if _refusal(engine, image) is None:
            good.append(image)
        if len(good) == DEGRADED:
            break
    result = {}
    for words, degrade in tqdm(DEGRADATIONS.items(), desc="bad photos", unit="kind"):
        reasons = Counter(_refusal(engine, degrade(image)) for image in good)
        accepted = reasons.pop(None, 0)
        result[words] = Proportion(len(good) - accepted, len(good)).to_json() | {
            "reasons": dict(reasons.most_common())
        }
    return result


def _refusal(engine: FaceEngine, image: np.ndarray) -> str | None:
    try:
        engine.enrol(image)
    except PhotoRefused as error:
        return error.problems[0] if error.problems else error.reason
    return None


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def _resized(image: np.ndarray, scale: float) -> np.ndarray:
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _turned(image: np.ndarray, degrees: float) -> np.ndarray:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "saved again (JPEG 50)": lambda image: _jpeg(image, 50),
    "saved again (JPEG 30)": lambda image: _jpeg(image, 30),
    "at 60 % of its size": lambda image: _resized(image, 0.6),
    "cut at the edges": lambda image: image[12:-8, 9:-14],
    "a fifth brighter": lambda image: np.clip(image * 1.2 + 8, 0, 255).astype(np.uint8),
    "turned by 3°": lambda image: _turned(image, 3),
    "mirrored": lambda image: image[:, ::-1],
}

DEGRADATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "blurred (σ 3 px)": lambda image: cv2.GaussianBlur(image, (0, 0), 3),
    "blurred (σ 5 px)": lambda image: cv2.GaussianBlur(image, (0, 0), 5),
    "moved while it was taken (15 px)": lambda image: cv2.blur(image, (15, 1)),
    "tiny (face of about 25 px)": lambda image: _resized(image, 0.25),
    "tiny (face of about 15 px)": lambda image: _resized(image, 0.15),
    "dark (a tenth of the light)": lambda image: (image * 0.1).astype(np.uint8),
}


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Three tables in one place of docs/accuracy.md."""
    lfw, singers = result["mislabelled"]["lfw"], result["mislabelled"]["korean"]
    rows = [
        (f"LFW, {lfw['people']} people", *(share(lfw[name]) for name in _MISLABELLED)),
        (f"look-alikes (`korean/`), {singers['people']}", *(share(singers[name]) for name in _MISLABELLED)),
    ]
    head = ("One photo in five shows somebody else", "found", "right photos doubted", "the same, none wrong")
    copies = result["near_duplicates"]
    duplicates = [(words, share(one)) for words, one in copies["found"].items()]
    duplicates.append(("**another picture of the same person**", share(copies["different_pictures"])))
    refused = [
        (words, share(one), ", ".join(f"{reason} {count}" for reason, count in one["reasons"].items()))
        for words, one in result["refused"].items()
    ]
    twice = result["two_names"]
    text = "\n\n".join(
        [
            table(head, rows),
            f"{result['seeds']} seeds. Folders in which half of the photos and more are wrong are left out "
            f"of these counts, for nobody can know which half it is; with them, {share(lfw['found_all'])} "
            f"were found in LFW. Students of LFW said to look like another, where nobody is enrolled twice: "
            f"{share(lfw['clean_lookalikes'])}. One person enrolled under two names: "
            f"{share(twice['found'])} found, {twice['somebody_else_named']} times somebody else was named.",
            table(("A picture that is there already", "told"), duplicates),
            table(("A good photo, made bad", "refused", "because"), refused),
        ]
    )
    replace_table(docs / "accuracy.md", "enrolment", text)


_MISLABELLED = ("found", "false_alarms", "clean_alarms")
