"""Distances and thresholds of one-to-one and many-to-many comparison."""

import numpy as np
import pytest

from recognition.embedding import EMBEDDER_IDS
from recognition.verification import METRICS, decide, distances
from recognition.verification_models import MODELS, model_of


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


class TestDecide:
    def test_the_nearest_pair_decides(self):
        matrix = np.array([[0.9, 0.7], [0.3, 0.8], [0.6, 0.5]], np.float32)
        verdict = decide(matrix, 0.4)
        assert (verdict.same, verdict.pair) == (True, (1, 0))
        assert verdict.distance == pytest.approx(0.3)
        assert not decide(matrix, 0.29).same

    def test_without_a_pair_there_is_nothing_to_decide(self):
        with pytest.raises(ValueError, match="no pair"):
            decide(np.empty((0, 2)), 0.4)


class TestModels:
    def test_each_network_is_a_choice(self):
        assert set(MODELS) == {"facenet", "facenet128", "sface", "fusion"}
        assert set(EMBEDDER_IDS.values()) < {model.embedder_id for model in MODELS.values()}

    @pytest.mark.parametrize("name", sorted(MODELS))
    @pytest.mark.parametrize("metric", METRICS)
    def test_one_threshold_in_every_metric(self, name, metric):
        model = MODELS[name]
        for cosine, same in ((1 - model.threshold() + 0.01, True), (1 - model.threshold() - 0.01, False)):
            a, b = np.array([1.0, 0.0]), np.array([cosine, np.sqrt(1 - cosine**2)])
            assert decide(distances(a, b, metric), model.threshold(metric)).same is same

    def test_unknown_embedder(self):
        with pytest.raises(ValueError, match="arcface"):
            model_of("arcface")

    def test_real_faces(self, engine, celeb5):
        """Photos of one person are mostly within the threshold, those of two people nearly never."""
        seen = {
            name: np.stack([found[0].embedding for photo in photos if (found := engine.observe(photo))])
            for name, photos in celeb5.items()
        }
        limit = model_of(engine.embedder_id).threshold()
        names = sorted(seen)
        same = np.concatenate([distances(seen[n], seen[n])[np.triu_indices(len(seen[n]), 1)] for n in names])
        different = np.concatenate(
            [distances(seen[a], seen[b]).ravel() for i, a in enumerate(names) for b in names[i + 1 :]]
        )
        assert (same <= limit).mean() > 0.6
        assert (different <= limit).mean() < 0.02
