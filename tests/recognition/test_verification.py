"""Distances and thresholds of one-to-one and many-to-many comparison."""

import numpy as np
import pytest

from recognition.embedding import EMBEDDER_IDS
from recognition.verification import METRICS, distances, threshold, verify


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(5, 16)).astype(np.float32)


class TestDistances:
    @pytest.mark.parametrize("metric", METRICS)
    def test_every_pair_and_nothing_to_itself(self, vectors, metric):
        matrix = distances(vectors, vectors[:3], metric)
        assert matrix.shape == (5, 3)
        assert np.diag(matrix) == pytest.approx(0, abs=2e-3)
        assert matrix[3, 0] > 0.1

    def test_against_the_definitions(self, vectors):
        a, b = vectors[0], vectors[1]
        cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        assert distances(a, b, "cosine")[0, 0] == pytest.approx(1 - cosine, abs=1e-5)
        assert distances(a, b, "euclidean")[0, 0] == pytest.approx(np.linalg.norm(a - b), rel=1e-5)
        assert distances(a, b, "euclidean_l2")[0, 0] == pytest.approx(np.sqrt(2 - 2 * cosine), rel=1e-4)

    def test_shapes_must_fit(self, vectors):
        with pytest.raises(ValueError, match="shapes"):
            distances(vectors, vectors[:, :8])

    def test_unknown_metric(self, vectors):
        with pytest.raises(ValueError, match="manhattan"):
            distances(vectors, vectors, "manhattan")


class TestVerify:
    @pytest.mark.parametrize("name", sorted(EMBEDDER_IDS))
    @pytest.mark.parametrize("metric", METRICS)
    def test_verdict_follows_the_threshold(self, name, metric):
        limit = threshold(EMBEDDER_IDS[name])
        for cosine, same in ((1 - limit + 0.01, True), (1 - limit - 0.01, False)):
            a, b = np.array([1.0, 0.0]), np.array([cosine, np.sqrt(1 - cosine**2)])
            assert verify(a, b, EMBEDDER_IDS[name], metric).same is same

    def test_unknown_embedder(self):
        with pytest.raises(ValueError, match="arcface"):
            threshold("arcface")

    def test_real_faces(self, engine, celeb5):
        """Photos of one person are mostly within the threshold, those of two people nearly never."""
        seen = {
            name: np.stack([found[0].embedding for photo in photos if (found := engine.observe(photo))])
            for name, photos in celeb5.items()
        }
        limit = threshold(engine.embedder_id)
        names = sorted(seen)
        same = np.concatenate([distances(seen[n], seen[n])[np.triu_indices(len(seen[n]), 1)] for n in names])
        different = np.concatenate(
            [distances(seen[a], seen[b]).ravel() for i, a in enumerate(names) for b in names[i + 1 :]]
        )
        assert (same <= limit).mean() > 0.6
        assert (different <= limit).mean() < 0.02
