"""How boxes are paired, and that the benchmark runs on a few real pictures."""

import json
import shutil

import numpy as np
import pytest

from benchmarks import detectors
from recognition.detection import Face
from recognition.engine import FaceEngine


def face(*box: float) -> Face:
    return Face(box, np.zeros((5, 2), np.float32), 1.0)


def test_each_box_is_used_once_and_the_best_overlap_first():
    theirs = [face(0, 0, 10, 10), face(50, 50, 10, 10), face(200, 0, 10, 10)]
    ours = [face(0, 1, 10, 10), face(0, 0, 10, 10), face(52, 50, 10, 10), face(300, 0, 10, 10)]
    assert np.allclose(detectors.pairs(theirs, ours), [1.0, 80 / 120])
    assert detectors.pairs([], ours) == []


@pytest.mark.long
def test_a_few_pictures(shared_data, weights_dir, repository, tmp_path):
    result = detectors.run(shared_data, FaceEngine.load(weights_dir), pictures=4, wide=1)
    assert result["both"] >= 4
    assert result["same_box"] == result["both"]
    assert [row["found"] == row["wanted"] for row in result["min_face_size"]] == [True] * 5
    assert {row["faces"] for row in result["classroom"]} == {result["classroom"][0]["faces"]}
    json.dumps(result)
    shutil.copy(repository / "docs" / "performance.md", tmp_path)
    detectors.write_tables(result, tmp_path)
    assert "times faster" in (tmp_path / "performance.md").read_text()


def test_a_box_is_cut_at_the_border():
    picture = np.zeros((100, 80, 3), np.uint8)
    assert detectors.within(face(-5, 90, 20, 30), picture).box == (0, 90, 15, 10)
    assert detectors.within(face(70, -1, 20, 11), picture).box == (70, 0, 10, 10)
