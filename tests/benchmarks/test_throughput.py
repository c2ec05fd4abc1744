"""The throughput benchmark talks to the real server; here a short run, for what it counts."""

import shutil

import pytest

from benchmarks import throughput
from benchmarks.throughput import Layout


@pytest.mark.long
def test_a_short_run_counts_every_visit_and_reaches_the_page(demo_people, weights_dir, repository, tmp_path):
    result = throughput.run(
        demo_people, weights_dir, frames=36, layouts=[Layout(1, 1)], rounds=2, bare_seconds=0.4
    )
    (served,) = result["served"]
    assert sum(served["reasons"].values()) == served["frames"] / 3 == 12
    assert served["reasons"]["match"] >= 10
    assert served["changed_repeats"] == 0
    assert len(served["memory"]) == 1
    assert served["memory"][0]["rss"] > served["memory"][0]["pss"] > 50e6
    assert served["ratio"] > 0
    shutil.copy(repository / "docs" / "performance.md", tmp_path)
    throughput.write_tables(result, tmp_path)
    throughput.write_tables(result | {"soak": True}, tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert page.count("| 1 × 1 |") == 2
    assert "in the course of 2 rounds" in page
    assert "files and sockets" in page
