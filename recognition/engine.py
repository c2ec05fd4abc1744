"""`FaceEngine`: detector, quality, embedder and decision wired together. The one thing others construct."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition import devices, weights
from recognition.detection import Detector, Face, detectors_agree
from recognition.embedding import Embedder, create_embedder
from recognition.exceptions import PhotoRefused
from recognition.exposure import lifted
from recognition.landmarks import LandmarkRefiner
from recognition.masks import ENROLMENT_MASKED_FROM, MASKED_FROM, MaskDetector
from recognition.mtcnn_lean import MTCNN
from recognition.processor import available_threads
from recognition.quality import ENROLMENT_LIMITS, PROBE_LIMITS, Quality, measure
from recognition.roster_model import Decision, Reason
from recognition.shortlist import Embeddings
from recognition.stages import stage
from recognition.yunet import YuNet

DETECTORS = ("yunet", "mtcnn")

# Who walks up to the kiosk is the nearest by far: people behind look at least this much smaller (in area).
SUBJECT_DOMINANCE = 1.5

# The second detector looks at the face with a face's width of surroundings, no larger than it needs.
_SURROUNDINGS = 1.0
_CONFIRMED_AT_PX = 72
# Around a picture that a face fills, MTCNN needs some background; this much of the long side at each edge.
_ROOM = 0.25

# Faces smaller than this, in parts of the picture's shorter side, are too far off to matter.
_SMALLEST_BYSTANDER = 0.04


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One face seen in one picture: where, how well, and its embedding ``(D,)`` float32 of unit length."""

    face: Face
    quality: Quality
    embedding: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """The face a picture is about, in the light to embed it in, and the quality of the picture as it came."""

    image: np.ndarray
    face: Face
    quality: Quality


class Identifier(Protocol):
    """Says who the embeddings of a visit show: a roster's model, or a gallery beyond the roster.

    ``first_look`` decides from the part of the embeddings that is computed first, where there is such a one.
    """

    @property
    def first_look(self) -> Identifier | None: ...

    def identify(
        self, embeddings: Embeddings, weights: NDArray[np.floating] | None = None, *, masked: bool = False
    ) -> Decision:
        """As `RosterModel.identify`."""
        ...


class FaceEngine:
    """Faces and identities from RGB uint8 ``(H, W, 3)`` pictures. Safe to call from many threads.

    Use `load`. The parts are public for training and benchmarks: ``detector`` finds faces in live frames,
    ``second_detector`` gives the second opinion on enrolment photos, ``embedder`` crops and embeds,
    ``mask_detector`` tells whether mouth and nose are covered.
    """

    def __init__(
        self,
        detector: Detector,
        second_detector: Detector,
        embedder: Embedder,
        mask_detector: MaskDetector,
        provenance: dict[str, Any],
    ) -> None:
        self.detector = detector
        self.second_detector = second_detector
        self.embedder = embedder
        self.mask_detector = mask_detector
        self._provenance = provenance

    @classmethod
    def load(
        cls,
        weights_dir: Path | None = None,
        *,
        embedder: str = "fusion",
        detector: str = "yunet",
        threads: int | None = None,
        streams: int = 1,
        precision: devices.Precision = "auto",
        device: str = devices.PROCESSOR,
    ) -> FaceEngine:
        """Load and compile the networks; takes a second or two.

        Args:
            weights_dir: default ``models/faces`` of this checkout.
            embedder: ``fusion``, ``facenet`` or ``sface``.
            detector: ``yunet`` or ``mtcnn`` for live frames; the other one checks enrolment photos.
            threads: processor cores to use, default all that this process may use.
            streams: calls computed side by side, see `recognition.inference.Network`; training takes as many
                as there are threads.
            precision: of the embedding networks. ``f32``; ``bf16``: faster where the processor has it, with
                a cosine of 0.9999 to the exact embedding; ``auto``: bf16 on such a processor, else f32.
            device: where the embedding networks, most of the work, run: ``CPU``, or another device that
                OpenVINO finds in the machine (``python -m recognition devices``). Detection stays on the
                processor: its networks are tiny, and their inputs change in size.

        Raises:
            WeightsMissing, WeightsCorrupt: naming the file.
            ValueError: there is no such embedder, detector or precision.
            DeviceMissing: listing the devices that are there.
        """
        folder = weights_dir or weights.default_weights_dir()
        if detector not in DETECTORS:
            raise ValueError(f"there is no detector {detector!r}; choose one of {', '.join(DETECTORS)}")
        device = devices.checked(device)
        precision = devices.resolved(precision, device)
        threads = threads or available_threads()
        detectors: dict[str, Detector] = {
            "yunet": YuNet(
                weights.verified(folder, weights.YUNET),
                refiner=LandmarkRefiner(folder, threads=threads, streams=streams),
                threads=threads,
                streams=streams,
            ),
            "mtcnn": MTCNN(folder, min_face_size=32, threads=threads, streams=streams),
        }
        (other,) = set(DETECTORS) - {detector}
        provenance = {
            "precision": precision,
            "device": device,
            "threads": threads,
            "weights": weights.digests(folder),
        }
        return cls(
            detectors[detector],
            detectors[other],
            create_embedder(
                embedder, folder, threads=threads, streams=streams, precision=precision, device=device
            ),
            MaskDetector(folder, threads=threads, streams=streams),
            provenance,
        )

    @property
    def embedder_id(self) -> str:
        """Names network and preprocessing; roster models and stored templates are bound to it."""
        return self.embedder.id

    def warm_up(self) -> None:
        """Run every network once, so that the first student does not wait for first-use preparation."""
        picture = np.full((480, 640, 3), 127, dtype=np.uint8)
        self.detector.detect(picture)
        self.second_detector.detect(picture)
        points = np.array([[290, 210], [350, 210], [320, 245], [295, 280], [345, 280]], dtype=np.float32)
        face = Face((260.0, 160.0, 120.0, 160.0), points, 1.0)
        self.mask_detector.probability(picture, face)
        crops = np.stack([self.embedder.crop(picture, face)] * 5)
        for count in range(1, len(crops) + 1):
            self.embedder.embed(crops[:count])

    def info(self) -> dict[str, Any]:
        """What is loaded, for a readiness report: embedder, detectors, precision, sha256 of each file."""
        return {
            "embedder": self.embedder.id,
            "dimensions": self.embedder.dimensions,
            "detector": self.detector.name,
            "second_detector": self.second_detector.name,
            **self._provenance,
        }

    def observe(self, image: np.ndarray) -> list[Observation]:
        """Every face in a picture with its quality and embedding, largest first."""
        with stage("detect"):
            lit = lifted(image)
            faces = self.detector.detect(lit)
        if not faces:
            return []
        with stage("align"):
            crops = np.stack([self.embedder.crop(lit, face) for face in faces])
        with stage("embed"):
            embeddings = self.embedder.embed(crops)
        return [
            Observation(face, measure(image, face), embedding)
            for face, embedding in zip(faces, embeddings, strict=True)
        ]

    def enrol(self, image: np.ndarray) -> Observation:
        """The one face of an enrolment photo.

        Raises:
            PhotoRefused: as `vet` does.
        """
        subject = self.vet(image)
        (embedding,) = self.embed([subject])
        return Observation(subject.face, subject.quality, embedding)

    def vet(self, image: np.ndarray) -> Subject:
        """The one face of an enrolment photo, not yet embedded.

        Raises:
            PhotoRefused: ``no_face``, ``several_faces``, ``detectors_disagree`` or ``low_quality``; among the
                problems of the last may be ``masked``.
        """
        subject = self.subject(image)
        if isinstance(subject, str):
            raise PhotoRefused(_REFUSALS[subject], reason=subject)
        masked = self._mask_probability(subject) >= ENROLMENT_MASKED_FROM
        # Half a face is often seen by one of the two only: that it is covered is what helps to know.
        if not masked and not self._confirmed(subject):
            raise PhotoRefused(_REFUSALS["detectors_disagree"], reason="detectors_disagree")
        problems = subject.quality.problems(ENROLMENT_LIMITS)
        if masked:
            problems = ("masked", *problems)
        if problems:
            raise PhotoRefused(_REFUSALS["low_quality"], reason="low_quality", problems=problems)
        return subject

    def subject(self, image: np.ndarray) -> Subject | Reason:
        """The one face a picture is about, or the reason why there is none: ``no_face``, ``several_faces``.

        It is the face that is clearly the largest (1.5 times the area of the next).
        """
        with stage("detect"):
            lit = lifted(image)
            smallest = _SMALLEST_BYSTANDER * min(image.shape[:2])
            near = [face for face in self.detector.detect(lit) if min(face.box[2:]) >= smallest]
        if not near:
            return "no_face"
        if len(near) > 1 and near[0].area < SUBJECT_DOMINANCE * near[1].area:
            return "several_faces"
        quality = measure(image, near[0])
        # A dark face before a bright window needs a gain of its own.
        return Subject(lit if lit is not image else lifted(image, quality.brightness), near[0], quality)

    def embed(self, subjects: Sequence[Subject]) -> np.ndarray:
        """Embeddings ``(N, D)`` float32 of unit length."""
        crops = self._crops(subjects)
        with stage("embed"):
            return self.embedder.embed(crops)

    def identify(self, frames: Sequence[np.ndarray], model: Identifier) -> Decision:
        """Who a burst of frames shows, if anybody on the roster; as `identify_subjects` of their subjects."""
        return self.identify_subjects([self.subject(frame) for frame in frames], model)

    def identify_subjects(self, subjects: Sequence[Subject | Reason], model: Identifier) -> Decision:
        """Who the subjects of a burst are, if anybody on the roster.

        The frames that show one well enough are combined, each weighted by its quality. When none does, the
        decision gives the most frequent reason: ``no_face``, ``several_faces`` or ``low_quality`` with the
        problems, most frequent first. Whether a mask is worn is seen in the best frame. Where the part of the
        embeddings that is computed first leaves no doubt, the rest is not computed.
        """
        shown: list[Subject] = []
        reasons: list[Reason] = []
        problems: Counter[str] = Counter()
        for subject in subjects:
            if isinstance(subject, str):
                reasons.append(subject)
            elif found := subject.quality.problems(PROBE_LIMITS):
                reasons.append("low_quality")
                problems.update(found)
            else:
                shown.append(subject)
        if not shown:
            reason: Reason = Counter(reasons).most_common(1)[0][0] if reasons else "no_face"
            named = tuple(code for code, _ in problems.most_common()) if reason == "low_quality" else ()
            return Decision(reason=reason, problems=named)
        crops = self._crops(shown)
        evidence = np.array([subject.quality.weight for subject in shown], dtype=np.float32)
        best = shown[int(evidence.argmax())]
        masked = self._mask_probability(best) >= MASKED_FROM
        first = None
        if self.embedder.first is not None and model.first_look is not None:
            with stage("embed"):
                first = self.embedder.embed_first(crops)
            with stage("decide"):
                decision = model.first_look.identify(first, evidence)
            if decision.reason == "match":
                return replace(decision, masked=masked)
        with stage("embed"):
            embeddings = self.embedder.embed(crops, first)
        with stage("decide"):
            return model.identify(embeddings, evidence, masked=masked)

    def _crops(self, subjects: Sequence[Subject]) -> np.ndarray:
        with stage("align"):
            return np.stack([self.embedder.crop(one.image, one.face) for one in subjects])

    def _mask_probability(self, subject: Subject) -> float:
        with stage("mask"):
            return self.mask_detector.probability(subject.image, subject.face)

    def _confirmed(self, subject: Subject) -> bool:
        """Whether the second detector sees that face too, if need be with room around the picture."""
        image, face = _surroundings(subject.image, subject.face)
        if any(detectors_agree(face, other) for other in self.second_detector.detect(image)):
            return True
        border = round(_ROOM * max(image.shape[:2]))
        roomy = cv2.copyMakeBorder(image, border, border, border, border, cv2.BORDER_CONSTANT)
        found = self.second_detector.detect(roomy)
        return any(detectors_agree(face.moved(border, border), other) for other in found)


def _surroundings(image: np.ndarray, face: Face) -> tuple[np.ndarray, Face]:
    """The part of a picture around a face, reduced where the face is large, and the face in it."""
    x, y, width, height = face.box
    side = max(width, height)
    room = _SURROUNDINGS * side
    left, top = max(0, int(x - room)), max(0, int(y - room))
    part = image[top : int(y + height + room), left : int(x + width + room)]
    factor = min(1.0, _CONFIRMED_AT_PX / side)
    if factor < 1.0:
        part = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return part, face.moved(-left, -top).scaled(factor)


_REFUSALS = {
    "no_face": "no face was found",
    "several_faces": "more than one person is in the picture",
    "detectors_disagree": "only one of two detectors sees a face there",
    "low_quality": "the face is not shown well enough",
}
