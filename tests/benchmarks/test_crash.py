"""The crash test kills a real server's processes; here a few times."""

import shutil

import pytest

from benchmarks import crash


@pytest.mark.long
def test_what_was_acknowledged_survives(demo_people, weights_dir, repository, tmp_path):
    result = crash.run(demo_people, weights_dir, kiosks=4, check_ins=16, kills=2, rooms=1)
    assert sum(result["kills"].values()) == 2
    assert result["acknowledged"] >= 13
    assert result["events"] == result["acknowledged"] + 2
    shutil.copy(repository / "docs" / "resilience.md", tmp_path)
    crash.write_tables(result, tmp_path)
    assert "each once and in order" in (tmp_path / "resilience.md").read_text()
