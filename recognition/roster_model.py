"""Who of this roster is it, or nobody: the classifier and the gate, fitted and stored together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from recognition import manifest
from recognition.classifier import MOST_PEOPLE, LinearClassifier
from recognition.exceptions import ModelRejected
from recognition.gallery import SHORTLIST_FROM, Gallery, normalise
from recognition.gate import DEFAULT_TARGET_FPIR, Gate, calibrate, masked_emphasis, prior_of
from recognition.shortlist import Embeddings

# The first look: SFace's part of a fused embedding is there in a third of the time, and enough where it
# leaves no doubt. So that both looks together let in no more strangers than one, the first may let in a
# sixth of them; it still settles 99.5 % of the visits of people with five photos (docs/accuracy.md).
FIRST_PARTS = {"fusion": (slice(512, 640), "sface-2021dec")}
FIRST_LOOK_SHARE = 1 / 6

Reason = Literal["match", "unknown", "no_face", "several_faces", "low_quality", "not_live"]


@dataclass(frozen=True)
class Decision:
    """The answer to "who is at the kiosk?".

    label: the person for a `match`, else None. score: the gate's evidence for the best candidate, a match at
    `threshold` and above. margin: cosine to the best candidate minus cosine to the runner-up, negative where
    the classifier and the templates disagree. problems: quality codes, for `low_quality`. masked: whether a
    mask is worn, None where no face was seen well enough to tell.
    """

    reason: Reason
    label: str | None = None
    score: float | None = None
    margin: float | None = None
    threshold: float | None = None
    runner_up: str | None = None
    frames_used: int = 0
    problems: tuple[str, ...] = ()
    masked: bool | None = None


@dataclass(frozen=True, eq=False)
class Ranking:
    """The best candidate for each of F independent probes.

    labels: F names; scores: (F,) gate evidence; margins: (F,) cosine lead over the runner-up, NaN without
    one; runners_up: F names, None where nobody else is on the roster; admitted: (F,) known or unknown.
    """

    labels: tuple[str, ...]
    scores: NDArray[np.float64]
    margins: NDArray[np.float64]
    runners_up: tuple[str, ...] | None
    admitted: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RosterModel:
    """Everything that recognises one roster. Immutable: a change gives a new model, so that a model in use
    by other threads never changes under them. Use `fit` or `load`."""

    gallery: Gallery
    classifier: LinearClassifier | None
    background: Embeddings
    target_fpir: float
    embedder_id: str

    @classmethod
    def fit(
        cls,
        embeddings: Embeddings,
        labels: Sequence[str],
        *,
        embedder_id: str,
        augmented: tuple[Embeddings, Sequence[str]] | None = None,
        background: Embeddings | None = None,
        target_fpir: float = DEFAULT_TARGET_FPIR,
        seed: int = 0,
    ) -> RosterModel:
        """Fit on (N, D) embeddings of real photos and their labels; N may be 0.

        augmented: embeddings of perturbed copies and their labels; they teach the classifier and never
        become templates. background: (M, D) embeddings of people who are not on the roster. target_fpir: how
        often a stranger may be named. The same input and seed give the same model.
        Raises ValueError for shapes that do not fit or an augmented label without a real photo.
        """
        gallery = Gallery.from_labelled(embeddings, labels)
        if augmented is not None and len(augmented[1]):
            stray = set(augmented[1]) - set(gallery.labels)
            if stray:
                raise ValueError(f"augmented copies of {sorted(stray)[0]}, who has no photo")
        classifier = _classifier(gallery, augmented, seed) if 2 < len(gallery) <= MOST_PEOPLE else None
        known_others = np.empty((0, gallery.dimensions), np.float32) if background is None else background
        return cls(
            gallery=gallery,
            classifier=classifier,
            background=normalise(known_others),
            target_fpir=target_fpir,
            embedder_id=embedder_id,
        ).ready()

    @property
    def labels(self) -> tuple[str, ...]:
        return self.gallery.labels

    @cached_property
    def gate(self) -> Gate:
        """Calibrated on first use, so that a chain of changes costs one calibration."""
        prior = prior_of(self.embedder_id)
        emphasis = masked_emphasis(self.embedder_id, self.gallery.dimensions)
        return calibrate(
            self.gallery, self.background, target_fpir=self.target_fpir, prior=prior, emphasis=emphasis
        )

    def ready(self) -> RosterModel:
        """This model with everything computed that the first visitor would otherwise wait for."""
        _ = self.gate, self._classified
        if self.first_look is not None:
            self.first_look.ready()
        return self

    @cached_property
    def first_look(self) -> RosterModel | None:
        """A stricter model of the part of the embeddings that is computed first: a match by it is a match.

        None where an embedding has no such part, or the roster is so large that a second gallery would weigh.
        """
        name = self.embedder_id.partition("(")[0]
        part, embedder_id = FIRST_PARTS.get(name, (slice(0), ""))
        if part.stop != self.gallery.dimensions or len(self.gallery) >= SHORTLIST_FROM:
            return None
        gallery = Gallery(self.labels, normalise(self.gallery.templates[:, part]), self.gallery.owners)
        return RosterModel(
            gallery=gallery,
            classifier=None,
            background=normalise(self.background[:, part]),
            target_fpir=self.target_fpir * FIRST_LOOK_SHARE,
            embedder_id=embedder_id,
        )

    @property
    def training_digest(self) -> str:
        """SHA-256 over the training set as the model holds it: labels, templates and background people."""
        digest = hashlib.sha256("\n".join(self.labels).encode())
        digest.update(np.ascontiguousarray(self.gallery.owners, dtype="<i8").tobytes())
        for part in (self.gallery.templates, self.background):
            digest.update(np.ascontiguousarray(part, dtype="<f4").tobytes())
        return digest.hexdigest()

    @property
    def threshold(self) -> float:
        return self.gate.threshold

    @property
    def calibration(self) -> dict[str, float | int | None]:
        """The numbers behind the threshold, ready for JSON; see `recognition.gate.Gate`."""
        return asdict(self.gate)

    def identify(
        self, embeddings: Embeddings, weights: NDArray[np.floating] | None = None, *, masked: bool = False
    ) -> Decision:
        """One decision from the (F, D) embeddings of one visit by one person, F at least 1.

        weights: (F,) quality of each frame, 0 to 1; equal when omitted or all zero. A frame that shows
        somebody else than the other frames do is passed over and not counted in `frames_used`. masked:
        whether the person wears a mask, which has a threshold of its own.
        """
        embeddings = normalise(np.atleast_2d(embeddings))
        used = consistent(embeddings)
        embeddings, weights = embeddings[used], None if weights is None else np.asarray(weights)[used]
        threshold = self.gate.masked_threshold if masked else self.threshold
        if not len(self.gallery):
            return Decision("unknown", threshold=threshold, frames_used=len(embeddings), masked=masked)
        best = self.rank(combine(embeddings, weights), masked=masked)
        known = bool(best.admitted[0])
        return Decision(
            "match" if known else "unknown",
            label=best.labels[0] if known else None,
            score=float(best.scores[0]),
            margin=None if best.runners_up is None else float(best.margins[0]),
            threshold=threshold,
            runner_up=None if best.runners_up is None else best.runners_up[0],
            frames_used=len(embeddings),
            masked=masked,
        )

    def rank(
        self, probes: Embeddings, leave_out: Sequence[str] | None = None, *, masked: bool = False
    ) -> Ranking:
        """The best candidate for each of (F, D) independent probes, all of them masked or none.

        leave_out: for each probe a person who is passed over, so that a student can play the stranger.
        Raises ValueError where nobody is left to be the candidate.
        """
        left = len(self.gallery) - (leave_out is not None)
        if left < 1:
            raise ValueError("nobody is on the roster")
        probes = np.atleast_2d(np.asarray(probes, dtype=np.float32))
        if masked and (emphasis := masked_emphasis(self.embedder_id, self.gallery.dimensions)) is not None:
            probes = probes * emphasis
        left_out = None
        if leave_out is not None:
            left_out = np.array([self.gallery.position(label) for label in leave_out], dtype=np.intp)
        people, cosines = self.gallery.nearest(probes, min(left, 2), left_out)
        if self.classifier is not None:
            people, cosines = self._reconsidered(self.classifier, probes, people, cosines, left_out)
        chosen, best = people[:, 0], cosines[:, 0].astype(np.float64)
        runners_up, margins = None, np.full(len(probes), np.nan)
        if left > 1:
            runners_up = tuple(self.labels[index] for index in people[:, 1])
            margins = best - cosines[:, 1]
        evidence = self.gate.evidence(best, best - margins)
        return Ranking(
            labels=tuple(self.labels[index] for index in chosen),
            scores=evidence,
            margins=margins,
            runners_up=runners_up,
            admitted=self.gate.admits(evidence, margins, masked=masked),
        )

    def with_person(self, label: str, templates: Embeddings) -> RosterModel:
        """This model with `label` known by (n, D) templates, at once: the classifier waits for the next fit,
        the gate is calibrated anew."""
        return self._with_gallery(self.gallery.with_person(label, templates), changed=label)

    def without_person(self, label: str) -> RosterModel:
        """This model with no trace of `label` left in it. Raises KeyError for somebody not on the roster."""
        return self._with_gallery(self.gallery.without_person(label), changed=label)

    def save(self, folder: Path, key: bytes | None = None) -> manifest.Manifest:
        """Write model.joblib and manifest.json into `folder`; signed where a key is given."""
        payload: dict[str, Any] = {
            "labels": list(self.labels),
            "templates": self.gallery.templates,
            "owners": self.gallery.owners,
            "background": self.background,
            "classifier": self.classifier.to_payload() if self.classifier else None,
            "target_fpir": self.target_fpir,
        }
        return manifest.save(
            folder, payload, embedder_id=self.embedder_id, training_digest=self.training_digest, key=key
        )

    @classmethod
    def load(cls, folder: Path, key: bytes | None = None, embedder_id: str | None = None) -> RosterModel:
        """Read a saved model. Raises ModelRejected, before anything is unpickled, where the manifest is
        missing or does not fit the files, the key or `embedder_id` (when given)."""
        paper, payload = manifest.load(folder, key=key, embedder_id=embedder_id)
        try:
            gallery = Gallery(tuple(payload["labels"]), payload["templates"], payload["owners"])
            stored = payload["classifier"]
            classifier = None if stored is None else LinearClassifier.from_payload(stored)
            background, target_fpir = payload["background"], payload["target_fpir"]
        except (KeyError, TypeError) as error:
            raise ModelRejected(f"{folder} lacks a part of the model", reason="damaged") from error
        return cls(
            gallery=gallery,
            classifier=classifier,
            background=background,
            target_fpir=target_fpir,
            embedder_id=paper.embedder_id,
        ).ready()

    def _with_gallery(self, gallery: Gallery, changed: str) -> RosterModel:
        classifier = self.classifier.without(changed) if self.classifier else None
        return replace(self, gallery=gallery, classifier=classifier)

    @cached_property
    def _classified(self) -> NDArray[np.intp]:
        """Position in the gallery of each person the classifier knows."""
        position = {label: index for index, label in enumerate(self.labels)}
        known = self.classifier.labels if self.classifier else ()
        return np.array([position[label] for label in known], dtype=np.intp)

    def _reconsidered(
        self,
        classifier: LinearClassifier,
        probes: Embeddings,
        people: NDArray[np.intp],
        cosines: Embeddings,
        left_out: NDArray[np.intp] | None,
    ) -> tuple[NDArray[np.intp], Embeddings]:
        """The nearest people (F, 1 or 2) and their cosines, led by the choice of the classifier and the
        templates together (decision value plus cosine); the nearest leads where the classifier was not taught
        that person."""
        scores = self.gallery.scores(probes, leave_out=left_out)
        rows = np.arange(len(probes))
        if left_out is not None:
            scores[rows, left_out] = -np.inf
        values = classifier.decision_values(probes) + scores[:, self._classified]
        taught = self._classified[values.argmax(axis=1)]
        nearest = people[:, 0]
        chosen = np.where(np.isin(nearest, self._classified), taught, nearest)
        led = np.stack([chosen, np.where(chosen == nearest, people[:, -1], nearest)], axis=1)
        return led, np.take_along_axis(scores, led, axis=1)


def _classifier(
    gallery: Gallery, augmented: tuple[Embeddings, Sequence[str]] | None, seed: int
) -> LinearClassifier:
    """Taught by the templates and, where there are any, by embeddings of perturbed copies of the photos."""
    X, y = gallery.templates, [gallery.labels[owner] for owner in gallery.owners]
    if augmented is not None and len(augmented[1]):
        X, y = np.concatenate([X, normalise(augmented[0])]), [*y, *augmented[1]]
    return LinearClassifier.fit(X, y, seed=seed)


def visit_probe(embeddings: Embeddings, weights: NDArray[np.floating] | None = None) -> Embeddings:
    """One (1, D) probe from the (F, D) unit embeddings of one visit: what `RosterModel.identify` looks up."""
    used = consistent(embeddings)
    return combine(embeddings[used], None if weights is None else np.asarray(weights)[used])


def consistent(embeddings: Embeddings) -> NDArray[np.bool_]:
    """(F,) which frames of a visit show the face that most of them show.

    Of three frames and more, one whose median cosine to the others is less than half of the best frame's
    shows somebody else or nothing of use, and would only dilute the evidence.
    """
    if len(embeddings) < 3:
        return np.ones(len(embeddings), dtype=bool)
    likeness = embeddings @ embeddings.T
    others = likeness[~np.eye(len(embeddings), dtype=bool)].reshape(len(embeddings), -1)
    agreement = np.median(others, axis=1)
    agreeing: NDArray[np.bool_] = agreement >= min(agreement.max(), agreement.max() / 2)
    return agreeing


def combine(embeddings: Embeddings, weights: NDArray[np.floating] | None = None) -> Embeddings:
    """One (1, D) probe from (F, D) frames of one visit.

    Its cosine to any template is the weighted mean of the frames' cosines, so a threshold for one frame stays
    valid: strangers gain nothing by more frames.
    """
    if weights is None or not np.any(weights):
        mean: Embeddings = embeddings.mean(axis=0, keepdims=True)
        return mean
    weights = np.asarray(weights, dtype=np.float32)
    probe: Embeddings = (weights / weights.sum())[None, :] @ embeddings
    return probe
