"""A second fit embeds only what changed; a cache that cannot be read is no cache."""

import shutil
import threading

import numpy as np
import pytest

from training.embedding_cache import EmbeddingCache
from training.fitting import FitOptions, fit_photos
from training.photos import check_folder


class Counted:
    """The real embedder, counting the faces it is given."""

    def __init__(self, embedder) -> None:
        self._embedder = embedder
        self.id, self.dimensions, self.crop = embedder.id, embedder.dimensions, embedder.crop
        self.faces = 0
        self._counting = threading.Lock()

    def embed(self, crops, first=None):
        with self._counting:
            self.faces += len(crops)
        return self._embedder.embed(crops)


@pytest.fixture
def folder(class_folder, tmp_path):
    for name in ("kai", "mira", "omar"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for photo in sorted((class_folder / name).glob("0*.jpg"))[:3]:
            shutil.copy(photo, tmp_path / "photos" / name)
    return tmp_path / "photos"


@pytest.fixture
def counted(engine, monkeypatch):
    monkeypatch.setattr(engine, "embedder", Counted(engine.embedder))
    return engine.embedder


def fitted(folder, engine, cache, **options):
    photos = check_folder(folder, engine, cache=cache)
    return fit_photos(photos, engine, FitOptions(**{"augment": 2} | options), cache=cache)


def test_a_second_fit_embeds_only_what_changed(folder, engine, counted, class_folder, tmp_path):
    first = fitted(folder, engine, EmbeddingCache(tmp_path / "cache", engine))
    photos = len(first.photos.accepted)
    assert counted.faces == photos * 3, "each photo and two copies"

    counted.faces = 0
    again = fitted(folder, engine, EmbeddingCache(tmp_path / "cache", engine))
    assert counted.faces == 0
    assert again.model.training_digest == first.model.training_digest
    np.testing.assert_array_equal(again.model.classifier.coefficients, first.model.classifier.coefficients)
    assert [photo.quality for photo in again.photos.accepted] == [p.quality for p in first.photos.accepted]

    shutil.copy(class_folder / "asha" / "01.jpg", folder / "kai" / "99.jpg")
    shutil.copy(class_folder / "mira" / "wall.png", folder / "mira")
    fitted(folder, engine, EmbeddingCache(tmp_path / "cache", engine))
    assert counted.faces == 3, "the one new photo with a face"

    counted.faces = 0
    fitted(folder, engine, EmbeddingCache(tmp_path / "cache", engine), seed=7)
    assert counted.faces == 2 * (photos + 1), "other copies of the same photos"
    counted.faces = 0
    fitted(folder, engine, EmbeddingCache(tmp_path / "cache", engine), augment=3)
    assert counted.faces == photos + 1, "the third copy of each"


def test_a_damaged_file_is_made_again(folder, engine, counted, tmp_path):
    first = fitted(folder, engine, EmbeddingCache(tmp_path / "cache", engine))
    for number, file in enumerate(sorted((tmp_path / "cache").iterdir())):
        file.write_bytes(file.read_bytes()[: 100 * (number % 3)])
    counted.faces = 0
    again = fitted(folder, engine, EmbeddingCache(tmp_path / "cache", engine))
    assert counted.faces == 3 * len(again.photos.accepted)
    assert again.model.training_digest == first.model.training_digest


def test_no_picture_is_kept_and_nobody_else_may_look(folder, engine, tmp_path):
    cache = EmbeddingCache(tmp_path / "cache", engine)
    fitted(folder, engine, cache)
    assert cache.folder.stat().st_mode & 0o077 == 0
    for file in cache.folder.iterdir():
        with np.load(file) as stored:
            assert max(values.size for values in stored.values()) <= 2 * engine.embedder.dimensions
