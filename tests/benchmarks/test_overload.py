"""The overload benchmark talks to the real server; here a moment of it, for what it counts and shows."""

import shutil

import pytest

from benchmarks import overload


@pytest.mark.long
def test_a_crowd_is_refused_or_served_and_the_page_says_so(demo_people, weights_dir, repository, tmp_path):
    result = overload.run(demo_people, weights_dir, seconds=1.5, calm_seconds=1.0)
    assert set(result["answers"]) <= {"200", "422", "503 busy"}
    assert sum(result["answers"].values()) >= 10
    assert result["admitted_per_s"] > 0
    assert result["most"]["threads"] >= result["before"]["threads"] > 0
    assert result["pages"] >= 1
    shutil.copy(repository / "docs" / "resilience.md", tmp_path)
    overload.write_tables(result, tmp_path)
    assert "Let in" in (tmp_path / "resilience.md").read_text()
