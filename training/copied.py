"""Embeddings of augmented copies: some are made and embedded, the others borrow their displacement.

Twenty copies of each photo of a large class would be fifteen thousand faces to embed: minutes, for a
classifier that names nobody better by them (docs/performance.md). What a perturbation does to an embedding
hardly depends on whose it is, so a copy may take the displacement that was seen on another photo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from recognition.engine import FaceEngine
from recognition.gallery import normalise
from recognition.processor import available_threads
from training.augment import copies
from training.embedding_cache import EmbeddingCache
from training.photos import Photo, embed_side_by_side

Embeddings = NDArray[np.float32]

# Faces that a fit embeds: what the photos leave of them goes to copies, and some to each person in any case.
FACES_TO_EMBED = 900
FEWEST_PER_PERSON = 1
PHOTOS_PER_BATCH = 16


def shares(photos: Sequence[Photo], augment: int) -> list[int]:
    """How many copies of each photo are made and embedded, at most `augment`: the same for each person,
    spread over their photos."""
    people: dict[str, list[int]] = {}
    for position, photo in enumerate(photos):
        people.setdefault(photo.label, []).append(position)
    each = max(FEWEST_PER_PERSON, (FACES_TO_EMBED - len(photos)) // max(len(people), 1))
    counts = [0] * len(photos)
    for own in people.values():
        for rank, position in enumerate(own):
            counts[position] = min(augment, each // len(own) + (rank < each % len(own)))
    return counts


def made(
    photos: Sequence[Photo],
    counts: Sequence[int],
    engine: FaceEngine,
    seed: int,
    cache: EmbeddingCache | None = None,
    told: Callable[[int], None] | None = None,
) -> list[Embeddings]:
    """(n, D) embeddings of the first n copies of each photo, n as `counts` says."""
    embedder = engine.embedder
    result = []

    def crops_of(photo: Photo, first: int, count: int) -> list[np.ndarray]:
        wanted = copies(photo.cut, count, seed, first=first)
        return [embedder.crop(copy.image, copy.face) for copy in wanted]

    with ThreadPoolExecutor(max_workers=available_threads()) as pool:
        for start in range(0, len(photos), PHOTOS_PER_BATCH):
            batch = photos[start : start + PHOTOS_PER_BATCH]
            wanted = counts[start : start + PHOTOS_PER_BATCH]
            known = [_known(photo, seed, cache, embedder.dimensions) for photo in batch]
            crops = list(pool.map(crops_of, batch, map(len, known), wanted))
            flat = [crop for own in crops for crop in own]
            fresh = embed_side_by_side(flat, engine, pool)
            ends = np.cumsum([len(own) for own in crops])
            for photo, old, new, count in zip(batch, known, np.split(fresh, ends[:-1]), wanted, strict=True):
                whole = np.concatenate([old, new])
                if cache and len(new):
                    cache.keep_copies(photo.digest, seed, whole)
                result.append(whole[:count])
            if told:
                told(start + len(batch))
    return result


def _known(photo: Photo, seed: int, cache: EmbeddingCache | None, dimensions: int) -> Embeddings:
    found = cache.copies(photo.digest, seed) if cache else None
    return np.empty((0, dimensions), np.float32) if found is None else found


def filled(photos: Embeddings, own: Sequence[Embeddings], augment: int, seed: int) -> Embeddings:
    """(P, augment, D) copies of (P, D) photos: their own first, then borrowed ones.

    A borrowed copy keeps the cosine to its photo that the lender's copy has to the lender's photo, and moves
    to the side as that did.
    """
    result = np.empty((len(photos), augment, photos.shape[1]), dtype=np.float32)
    lenders = np.repeat(np.arange(len(photos)), [len(copies) for copies in own])
    lent = np.concatenate(own)
    likeness = np.einsum("nd,nd->n", lent, photos[lenders])
    sideways = lent - likeness[:, None] * photos[lenders]
    for index, (photo, copied) in enumerate(zip(photos, own, strict=True)):
        result[index, : len(copied)] = copied
        missing = augment - len(copied)
        if missing:
            drawn = np.random.default_rng([seed, index]).integers(len(lent), size=missing)
            aside = sideways[drawn] - (sideways[drawn] @ photo)[:, None] * photo
            along = np.clip(likeness[drawn], -1, 1)[:, None]
            result[index, len(copied) :] = along * photo + np.sqrt(1 - along**2) * normalise(aside)
    return result
