"""Both stacks answer the same question about the same picture; how fast is for `make bench` to say."""

import json
import shutil

import pytest

from benchmarks import crowd, pipeline
from recognition.engine import FaceEngine
from recognition.image import decode_image


def test_thirty_people_are_found_side_by_side(demo_people, weights_dir):
    engine = FaceEngine.load(weights_dir, embedder="sface")
    assert len(engine.detector.detect(decode_image(crowd.compose(demo_people, 30, engine)))) == 30


@pytest.mark.long
def test_both_stacks_name_the_same_person(demo_people, weights_dir, repository, tmp_path, monkeypatch):
    monkeypatch.setattr(crowd, "LAYOUTS", {1: (1, 1), 5: (1, 5)})
    result = pipeline.run(demo_people, FaceEngine.load(weights_dir), weights_dir, repeats=2)
    assert result["ours"]["named"] == result["classic"]["named"] == pipeline.PERSON
    assert result["ratio"] == result["classic"]["median_ms"] / result["ours"]["median_ms"]
    assert len(result["networks_ms"]) == 4  # detection, landmarks, mask, SFace: the first look is enough
    assert result["over_networks"] == result["ours"]["median_ms"] / sum(result["networks_ms"])
    assert [(row["faces"], row["found"]) for row in result["crowd"]] == [(1, 1), (5, 5)]
    json.dumps(result)
    shutil.copy(repository / "docs" / "performance.md", tmp_path)
    pipeline.write_tables(result, tmp_path)
    assert "times faster" in (tmp_path / "performance.md").read_text()
    assert (tmp_path / pipeline.PICTURE).read_text().startswith("<svg")
