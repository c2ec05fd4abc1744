"""`python -m training check`: what is wrong with a folder of photos, before anything learns from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from recognition.roster_model import RosterModel
from training.enrolment import EnrolmentCheck, Finding
from training.exceptions import TooFewPhotos
from training.photos import CheckedPhotos, Photo


@dataclass(frozen=True)
class PhotoWarning:
    """A finding in terms of files. sources: the photos it is about; sentence: the finding in words."""

    code: str
    label: str
    sources: tuple[str, ...]
    score: float
    other: str | None
    sentence: str


def check_photos(photos: CheckedPhotos, embedder_id: str) -> dict[str, Any]:
    """Everything there is to say about a folder, ready for JSON.

    Raises TooFewPhotos where no photo is usable.
    """
    if not photos.accepted:
        raise TooFewPhotos(f"none of the {len(photos.refused)} photos shows one face well")
    check = EnrolmentCheck.of_photos(
        np.stack([photo.embedding for photo in photos.accepted]),
        [photo.label for photo in photos.accepted],
        embedder_id,
    )
    return {
        "embedder": embedder_id,
        "people": len(check.gallery),
        "photos": len(photos.accepted),
        "threshold": check.threshold,
        "warnings": [asdict(warning) for warning in in_files(check.everybody(), photos.accepted)],
        "refused": [asdict(refusal) for refusal in photos.refused],
    }


def warnings_of(model: RosterModel, photos: Sequence[Photo]) -> list[PhotoWarning]:
    """What the report says of the photos that a model was fitted on."""
    return in_files(EnrolmentCheck.of(model).everybody(), photos)


def in_files(findings: Iterable[Finding], photos: Sequence[Photo]) -> list[PhotoWarning]:
    """Findings in terms of the files that the templates came from."""
    sources: dict[str, list[str]] = {}
    for photo in photos:
        sources.setdefault(photo.label, []).append(photo.source)
    return [
        _in_files(finding, [sources[finding.label][photo] for photo in finding.photos])
        for finding in findings
    ]


def _in_files(finding: Finding, sources: list[str]) -> PhotoWarning:
    match finding.code:
        case "somebody_else":
            sentence = f"{sources[0]} does not show the person of {finding.label}'s other photos"
            sentence += f", it looks like {finding.other}" if finding.other else ""
        case "different_people":
            sentence = f"{finding.label}'s photos show different people, and none of them in most photos"
        case "lookalike":
            sentence = (
                f"{finding.label} could be taken for {finding.other}: twins, or one person under two names?"
            )
        case "near_duplicate":
            sentence = f"{sources[1]} is almost the same picture as {sources[0]} and adds nothing"
    return PhotoWarning(finding.code, finding.label, tuple(sources), finding.score, finding.other, sentence)
