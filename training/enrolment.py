"""What is wrong with a student's enrolment photos, seen from their templates and the class's.

Three things poison a gallery without any photo being bad: somebody else's photo in a student's folder, two
students whom the gate cannot keep apart (twins, or one person enrolled twice), and pictures so alike that
they teach nothing. Each becomes a finding for the instructor to look at; nothing is refused for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recognition.gallery import Gallery
from recognition.gate import DEFAULT_TARGET_FPIR
from recognition.roster_model import RosterModel

Code = Literal["somebody_else", "different_people", "lookalike", "near_duplicate"]

# Two photos below this cosine are not taken for one person, and a photo that no chain of such pairs nor the
# mean of the others links to them shows somebody else. By the first part of the embedder's id; chosen on the
# tuning half of LFW with one photo in five exchanged (docs/accuracy.md).
SAME_PERSON = {"fusion": 0.40, "sface": 0.40, "facenet": 0.50}

# From this cosine on two photos are one picture, saved, cut or turned differently, or two of one moment: the
# second teaches nothing. Chosen on the tuning half of LFW too.
NEAR_DUPLICATE = 0.93

Embeddings = NDArray[np.float32]


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `photos` are positions among the student's photos.

    `somebody_else`: these photos do not show the person of the others; `other` is whom they show, where that
    is somebody of the class. `different_people`: the photos show two or more people, and none is in most of
    them. `lookalike`: the student could be taken for `other`. `near_duplicate`: the second photo adds nothing
    to the first. score: the cosine that told.
    """

    code: Code
    label: str
    photos: tuple[int, ...]
    score: float
    other: str | None = None


@dataclass(frozen=True, eq=False)
class EnrolmentCheck:
    """Looks at one student after the other. gallery, threshold: the class as its roster model has it."""

    gallery: Gallery
    threshold: float
    same_person: float

    @classmethod
    def of(cls, model: RosterModel) -> EnrolmentCheck:
        """The check of a class that a model was made for."""
        known = (cosine for name, cosine in SAME_PERSON.items() if model.embedder_id.startswith(name))
        return cls(model.gallery, model.threshold, next(known, SAME_PERSON["fusion"]))

    @classmethod
    def of_photos(cls, embeddings: Embeddings, labels: Sequence[str], embedder_id: str) -> EnrolmentCheck:
        """The check of (N, D) embeddings and their labels, with the gate that they would have."""
        gallery = Gallery.from_labelled(embeddings, labels)
        nobody = np.empty((0, gallery.dimensions), dtype=np.float32)
        return cls.of(RosterModel(gallery, None, nobody, DEFAULT_TARGET_FPIR, embedder_id))

    def student(self, label: str, templates: Embeddings) -> list[Finding]:
        """What there is to say of one student's (n, D) templates, the most serious first."""
        own, findings = self._one_person(label, templates)
        findings += self._lookalikes(label, templates, own)
        return findings + self._near_duplicates(label, templates)

    def everybody(self) -> list[Finding]:
        """The same for each student of the gallery; two who look alike are named once."""
        findings, pairs = [], set()
        for label in self.gallery.labels:
            for finding in self.student(label, self.gallery.of(label)):
                pair = frozenset((label, finding.other))
                if finding.code != "lookalike" or pair not in pairs:
                    findings.append(finding)
                if finding.code == "lookalike":
                    pairs.add(pair)
        return findings

    def _one_person(self, label: str, templates: Embeddings) -> tuple[NDArray[np.bool_], list[Finding]]:
        """(n,) which photos show the person of most of them, and what to say of the others."""
        likeness = templates @ templates.T
        groups = _linked(likeness >= self.same_person)
        sizes = np.bincount(groups)
        everyone = np.ones(len(templates), dtype=bool)
        if sizes.max() == len(templates):
            return everyone, []
        if np.count_nonzero(sizes == sizes.max()) > 1:
            apart = groups[:, None] != groups[None, :]
            photos = tuple(range(len(templates)))
            return everyone, [Finding("different_people", label, photos, float(likeness[apart].max()))]
        own = groups == sizes.argmax()
        centre = templates[own].sum(axis=0)
        to_own = templates @ (centre / np.linalg.norm(centre))
        own |= to_own >= self.same_person
        return own, [
            Finding(
                "somebody_else", label, (photo,), float(to_own[photo]), self._shown(label, templates[photo])
            )
            for photo in np.flatnonzero(~own).tolist()
        ]

    def _shown(self, label: str, template: Embeddings) -> str | None:
        """Who else of the class a photo shows."""
        nearest = self._nearest_other(label, template[None])
        if nearest is None or nearest[1][0] < self.threshold:
            return None
        return self.gallery.labels[nearest[0][0]]

    def _lookalikes(self, label: str, templates: Embeddings, own: NDArray[np.bool_]) -> list[Finding]:
        """The other student who most of the student's own photos would be taken for."""
        nearest = self._nearest_other(label, templates[own])
        if nearest is None:
            return []
        people, cosines = nearest
        found = []
        for person in np.unique(people[cosines >= self.threshold]).tolist():
            to_person = self.gallery.scores(templates[own], np.array([person]))[:, 0]
            typical = float(np.median(to_person))
            if typical >= self.threshold:
                photos = tuple(np.flatnonzero(own).tolist())
                found.append(Finding("lookalike", label, photos, typical, self.gallery.labels[person]))
        return sorted(found, key=lambda finding: -finding.score)

    def _near_duplicates(self, label: str, templates: Embeddings) -> list[Finding]:
        """Each photo that an earlier one makes needless."""
        likeness = np.tril(templates @ templates.T, k=-1)
        return [
            Finding(
                "near_duplicate", label, (int(likeness[photo].argmax()), photo), float(likeness[photo].max())
            )
            for photo in np.flatnonzero(likeness.max(axis=1, initial=-1) >= NEAR_DUPLICATE).tolist()
        ]

    def _nearest_other(self, label: str, templates: Embeddings) -> tuple[NDArray[np.intp], Embeddings] | None:
        """(n,) positions and cosines of the people most like these templates, the student passed over."""
        enrolled = label in self.gallery.labels
        if len(self.gallery) <= enrolled:
            return None
        leave_out = np.full(len(templates), self.gallery.position(label)) if enrolled else None
        people, cosines = self.gallery.nearest(templates, 1, leave_out)
        return people[:, 0], cosines[:, 0]


def _linked(pairs: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(n,) number of the group of each photo; photos of a group are linked by a chain of pairs."""
    groups = np.arange(len(pairs))
    for _ in range(len(pairs)):
        groups = np.array([groups[linked].min() for linked in pairs | np.eye(len(pairs), dtype=bool)])
    return groups
