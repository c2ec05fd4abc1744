"""The promised figures, in small: the whole protocols run in `make bench`."""

import shutil

import numpy as np
import pytest

from benchmarks import celeb5, openset
from benchmarks.embeddings import embed_photos, photos_below
from recognition.engine import FaceEngine


@pytest.fixture(scope="module")
def engine(weights_dir) -> FaceEngine:
    return FaceEngine.load(weights_dir)


def test_the_tutorial_s_five_people_are_told_apart(shared_data, engine):
    result = celeb5.run(shared_data, engine, augment=1)
    assert result["right"]["count"] >= 24
    assert result["named_wrongly"]["count"] == 0


def test_strangers_stay_unknown_in_a_small_class_of_unseen_people(shared_data, engine):
    """16 students who tuned nothing, two probes each, 120 strangers, the class's own threshold."""
    rows = {}
    for path in photos_below(shared_data / "lfw"):
        if openset.name_half(path.parent.name) == openset.UNSEEN:
            rows.setdefault(path.parent.name, []).append(path)
    students = [name for name, paths in rows.items() if len(paths) >= openset.FEWEST_PHOTOS][:16]
    strangers = [name for name in rows if name not in students][:120]
    chosen = [path for name in students for path in rows[name][:7]] + [rows[name][0] for name in strangers]
    photos = embed_photos(chosen, engine, "lfw in small")
    protocol = openset.Protocol("in small", people=16, seeds=3, half=openset.UNSEEN)
    result = openset.measure(photos, protocol, engine.embedder_id)
    assert np.mean(result["rates"]["rank1"]) >= 0.99
    assert np.mean(result["rates"]["own_fpir"]) <= 0.01
    assert np.mean(result["rates"]["own_fnir"]) <= 0.03


def test_tables_are_written_where_the_pages_want_them(repository, tmp_path):
    shutil.copytree(
        repository / "docs", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("screens")
    )
    proportion = {"count": 25, "total": 25, "rate": 1.0, "interval_95": [0.87, 1.0]}
    result = {"learnt_from": 73, "left_out": 20, "threshold": 0.4, "lowest_right_score": 0.5}
    result |= {"right": proportion, "named_wrongly": proportion}
    celeb5.write_tables(result, tmp_path)
    once = (tmp_path / "accuracy.md").read_text()
    assert "| train 73 (+ 20 left out) → val | 25 of 25" in once
    celeb5.write_tables(result, tmp_path)
    assert (tmp_path / "accuracy.md").read_text() == once
