"""The stages of a small fit; how long a large one takes is for `make bench` to say."""

import json
import shutil

import pytest

from benchmarks import fit
from recognition.engine import FaceEngine


@pytest.mark.alone
def test_a_small_class(shared_data, weights_dir, repository, tmp_path, monkeypatch):
    monkeypatch.setattr(fit, "NEWCOMERS", 1)
    result = fit.run(shared_data, FaceEngine.load(weights_dir), augment=1, people=3)
    assert result["photos"] + result["left_out"] == 15
    assert set(result["seconds"]) == set(result["second_fit_seconds"]) == set(fit.STAGES)
    assert result["second_fit_seconds"]["check"] < result["seconds"]["check"]
    assert result["newcomers"]["students"] == 1
    assert result["newcomers"]["slowest_answer_ms"] < 1000
    json.dumps(result)
    shutil.copy(repository / "docs" / "performance.md", tmp_path)
    fit.write_tables(result, tmp_path)
    assert "again with one photo more" in (tmp_path / "performance.md").read_text()
