"""Embedders: shapes, unit length, batches, and parity with OpenCV's SFace."""

import cv2
import numpy as np
import pytest

from recognition.embedding import (
    EMBEDDER_IDS,
    EMBEDDERS,
    FUSION_WEIGHTS,
    FusionEmbedder,
    create_embedder,
    embedder_called,
    normalise,
)
from recognition.exceptions import ModelRejected, WeightsCorrupt, WeightsMissing
from recognition.weights import SFACE


@pytest.fixture(scope="module")
def embedders(weights_dir):
    return {name: create_embedder(name, weights_dir) for name in EMBEDDERS}


@pytest.fixture(scope="module")
def seen(yunet, lfw):
    """(photo, face) pairs."""
    return [(photo, faces[0]) for photo in lfw[:20] if (faces := yunet.detect(photo))]


@pytest.mark.parametrize(("name", "dimensions"), [("fusion", 640), ("facenet", 512), ("sface", 128)])
def test_embeddings_have_unit_length_whatever_the_batch(embedders, seen, name, dimensions):
    embedder = embedders[name]
    crops = np.stack([embedder.crop(photo, face) for photo, face in seen])
    together = embedder.embed(crops)
    assert together.shape == (len(seen), dimensions)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)
    one_by_one = np.concatenate([embedder.embed(crop[None]) for crop in crops])
    assert (together * one_by_one).sum(axis=1).min() > 0.99999
    assert embedder.embed(crops[:0]).shape == (0, dimensions)


@pytest.mark.parametrize(("name", "floor"), [("fusion", 0.9999), ("facenet", 0.9999), ("sface", 0.9998)])
def test_half_precision_is_close_to_the_exact_embedding(weights_dir, seen, name, floor):
    exact, coarse = (create_embedder(name, weights_dir, precision=one) for one in ("f32", "bf16"))
    crops = np.stack([exact.crop(photo, face) for photo, face in seen])
    cosine = (exact.embed(crops) * coarse.embed(crops)).sum(axis=1)
    assert floor <= cosine.min() < 1 - 1e-6
    assert exact.id == coarse.id


def test_sface_equals_opencv(embedders, weights_dir, seen):
    recogniser = cv2.FaceRecognizerSF.create(str(weights_dir / SFACE), "")
    for photo, face in seen[:8]:
        row = np.r_[face.box, face.landmarks.ravel(), face.score].astype(np.float32)
        aligned = recogniser.alignCrop(cv2.cvtColor(photo, cv2.COLOR_RGB2BGR), row)
        theirs = normalise(recogniser.feature(aligned))[0]
        (ours,) = embedders["sface"].embed(embedders["sface"].crop(photo, face)[None])
        assert ours @ theirs > 0.9999


def test_fusion_cosine_is_the_weighted_sum(embedders, seen):
    def cosines(embedder):
        vectors = embedder.embed(np.stack([embedder.crop(photo, face) for photo, face in seen[:6]]))
        return vectors @ vectors.T

    facenet, sface = FUSION_WEIGHTS
    weighted = facenet * cosines(embedders["facenet"]) + sface * cosines(embedders["sface"])
    assert cosines(embedders["fusion"]) == pytest.approx(weighted, abs=1e-4)


def test_fusion_crop_mirrors_part_by_part(embedders, seen):
    photo, face = seen[0]
    mirrored = {name: embedder.crop(photo, face)[:, ::-1] for name, embedder in embedders.items()}
    parts = [
        np.sqrt(share) * embedders[name].embed(mirrored[name][None])[0]
        for name, share in zip(("facenet", "sface"), FUSION_WEIGHTS, strict=True)
    ]
    whole = embedders["fusion"].embed(mirrored["fusion"][None])[0]
    assert whole @ np.concatenate(parts) > 0.9999


def test_ids_name_the_embedder(embedders):
    for name, embedder in embedders.items():
        assert embedder.id == EMBEDDER_IDS[name]
        assert embedder_called(embedder.id) == name
    with pytest.raises(ModelRejected):
        embedder_called("facenet-of-old")


@pytest.mark.parametrize("crops", [np.zeros((1, 100, 100, 3), np.uint8), np.zeros((112, 112, 3), np.uint8)])
def test_crops_of_another_size_are_refused(embedders, crops):
    for embedder in embedders.values():
        with pytest.raises(ValueError, match="wants"):
            embedder.embed(crops)


def test_float_crops_are_refused(embedders):
    with pytest.raises(ValueError, match="uint8"):
        embedders["sface"].embed(np.zeros((1, 112, 112, 3), np.float32))


@pytest.mark.parametrize("shares", [(0.5, 0.6), (1.0, 0.0), (1.0,)])
def test_fusion_weights_must_make_sense(embedders, shares):
    with pytest.raises(ValueError, match="sum to 1"):
        FusionEmbedder((embedders["facenet"], embedders["sface"]), shares)


def test_unknown_embedder(weights_dir):
    with pytest.raises(ValueError, match="arcface"):
        create_embedder("arcface", weights_dir)


def test_missing_and_damaged_weights_are_named(tmp_path):
    with pytest.raises(WeightsMissing, match=SFACE):
        create_embedder("sface", tmp_path)
    (tmp_path / SFACE).write_bytes(b"something else")
    with pytest.raises(WeightsCorrupt, match=SFACE):
        create_embedder("sface", tmp_path)
