"""Both stacks answer the same question about the same picture; how fast is for `make bench` to say."""

import json
import shutil

from benchmarks import pipeline
from recognition.engine import FaceEngine


def test_both_stacks_name_the_same_person(demo_people, weights_dir, repository, tmp_path):
    result = pipeline.run(demo_people, FaceEngine.load(weights_dir), weights_dir, repeats=2)
    assert result["ours"]["named"] == result["classic"]["named"] == pipeline.PERSON
    assert result["ratio"] > 1
    assert len(result["networks_ms"]) == 4  # detection, landmarks, mask, SFace: the first look is enough
    assert 1 < result["over_networks"] < 10
    assert [(row["faces"], row["found"]) for row in result["crowd"]] == [(1, 1), (5, 5), (30, 30)]
    json.dumps(result)
    shutil.copy(repository / "docs" / "performance.md", tmp_path)
    pipeline.write_tables(result, tmp_path)
    assert "times faster" in (tmp_path / "performance.md").read_text()
    assert (tmp_path / pipeline.PICTURE).read_text().startswith("<svg")
