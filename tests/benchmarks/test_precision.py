"""A few people in both precisions."""

import json
import shutil

import pytest

from benchmarks import precision
from recognition.engine import FaceEngine


@pytest.mark.long
def test_a_few_people(shared_data, weights_dir, repository, tmp_path):
    result = precision.run(shared_data, FaceEngine.load(weights_dir), people=3, turns=1)
    assert result["cosine"]["least"] > 0.9995
    assert {(pair["enrolled"], pair["probed"]) for pair in result["pairings"]} == {
        (one, other) for one in precision.PRECISIONS for other in precision.PRECISIONS
    }
    assert len({pair["fnir"]["count"] for pair in result["pairings"]}) == 1
    json.dumps(result)
    shutil.copy(repository / "docs" / "performance.md", tmp_path)
    precision.write_tables(result, tmp_path)
    assert "Enrolled in, probed in" in (tmp_path / "performance.md").read_text()
