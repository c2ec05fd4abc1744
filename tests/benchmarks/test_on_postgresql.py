"""Benchmarks with a PostgreSQL of their own, in a small size."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine

from benchmarks import events, gallery, partitions
from benchmarks.population import Population
from benchmarks.postgresql import own_postgresql
from recognition.gallery import normalise

pytestmark = pytest.mark.long

PEOPLE, EACH, DIMENSIONS = 80, 4, 32


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Pages with a place for each table."""
    for page, name in (("sizing", "events"), ("performance", "partitions"), ("performance", "gallery")):
        with (tmp_path / f"{page}.md").open("a") as text:
            text.write(f"<!-- measured: {name} -->\nNot measured yet.\n<!-- end: {name} -->\n")
    return tmp_path


def test_events(docs: Path) -> None:
    result = events.run(connections=(1, 4), seconds=0.3)
    assert all(rate > 0 for rates in result["a_second"].values() for rate in rates)
    events.write_tables(result, docs)
    assert "| 4 | " in (docs / "sizing.md").read_text()


def test_partitions(docs: Path) -> None:
    result = partitions.run((24_000,))
    (size,) = result["sizes"]
    assert size["rows"] == 24_000
    assert all(figure > 0 for kind in size["kinds"].values() for figure in kind.values())
    partitions.write_tables(result, docs)
    assert "| one arrival, ms | " in (docs / "performance.md").read_text()


def test_gallery(docs: Path) -> None:
    random = np.random.default_rng(0)
    centres = np.repeat(random.standard_normal((PEOPLE, DIMENSIONS)), EACH, axis=0)
    photos = normalise(centres + 0.5 * random.standard_normal(centres.shape))
    population = Population.like(photos, np.repeat(np.arange(PEOPLE), EACH))
    with own_postgresql() as url:
        database = create_engine(url)
        sizes = [gallery.measure(one, population, 120, "drawn") for one in (database, None)]
        database.dispose()
    whole, in_memory = (size["ways"] for size in sizes)
    assert whole["in memory"]["recall"] == in_memory["in memory"]["recall"] == 1
    assert whole["pgvector, exact"]["recall"] >= 0.99
    assert whole["pgvector, HNSW"]["recall"] >= 0.95
    facts = {"processor": "one", "cores": 2, "load_1_min": 0.0}
    gallery.write_tables({"machine": facts, "templates_per_person": 5, "probes": 120, "sizes": sizes}, docs)
    assert "120 people, pgvector, HNSW" in (docs / "performance.md").read_text()
