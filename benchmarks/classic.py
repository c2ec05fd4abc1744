"""The classic recipe, as its tutorials have it: mtcnn, keras-facenet, an SVC with probabilities.

Only the benchmarks use it. TensorFlow is imported here and nowhere near serving.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from sklearn.preprocessing import Normalizer
from sklearn.svm import SVC

from recognition.facenet_export import keras_network

STAGES = ("decode", "detect", "embed", "decide")


class ClassicStack:
    """`mtcnn.MTCNN().detect_faces`, keras-facenet's network by `.predict`, `SVC(probability=True)`."""

    def __init__(self, frozen_graph: Path) -> None:
        from mtcnn import MTCNN

        self._detector = MTCNN()
        self._network = keras_network(frozen_graph)
        self._normalizer = Normalizer()
        self._svc: SVC | None = None

    def fit(self, embeddings: np.ndarray, labels: Sequence[str]) -> None:
        """Teach the SVC (N, 512) embeddings."""
        with warnings.catch_warnings():
            # Deprecated in scikit-learn 1.9, and yet what the recipe does.
            warnings.filterwarnings("ignore", message="The `probability` parameter", category=FutureWarning)
            self._svc = SVC(kernel="linear", probability=True, random_state=0)
            self._svc.fit(self._normalizer.transform(embeddings), list(labels))

    def embed(self, image: np.ndarray) -> np.ndarray:
        """(512,) embedding of the first face mtcnn finds in an RGB uint8 (H, W, 3) image."""
        return self._embed_box(image, self._detector.detect_faces(image)[0]["box"])

    def identify(self, data: bytes) -> tuple[str, float, dict[str, float]]:
        """From the bytes of a picture to a name, its probability, and the milliseconds of each stage."""
        ticks = [time.perf_counter()]
        image = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        ticks.append(time.perf_counter())
        box = self._detector.detect_faces(image)[0]["box"]
        ticks.append(time.perf_counter())
        embedding = self._embed_box(image, box)
        ticks.append(time.perf_counter())
        probabilities = self._svc.predict_proba(self._normalizer.transform(embedding[None]))[0]
        best = int(probabilities.argmax())
        ticks.append(time.perf_counter())
        milliseconds = dict(zip(STAGES, np.diff(ticks) * 1000, strict=True))
        return str(self._svc.classes_[best]), float(probabilities[best]), milliseconds

    def identify_everybody(self, data: bytes) -> list[str]:
        """A name for each face of a picture, one face after the other as the tutorials loop over them."""
        image = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        names = []
        for face in self._detector.detect_faces(image):
            embedding = self._embed_box(image, face["box"])
            probabilities = self._svc.predict_proba(self._normalizer.transform(embedding[None]))[0]
            names.append(str(self._svc.classes_[probabilities.argmax()]))
        return names

    def _embed_box(self, image: np.ndarray, box: Sequence[int]) -> np.ndarray:
        x, y, width, height = box
        x, y = max(x, 0), max(y, 0)
        crop = cv2.resize(image[y : y + height, x : x + width], (160, 160))
        pixels = (crop.astype(np.float32) - 127.5) / 128
        return self._network.predict(pixels[None], verbose=0)[0]
