"""The galleries of the growth benchmark are like real ones; its tables and its curve reach the page."""

import shutil
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from benchmarks import growth
from benchmarks.embeddings import EmbeddedPhotos
from benchmarks.population import Population, moments
from tests.recognition.synthetic_class import SyntheticPopulation


@pytest.fixture(scope="module")
def photos() -> EmbeddedPhotos:
    """150 people with seven photos, 2,000 with two, as embeddings."""
    source = SyntheticPopulation()
    vectors = [source.photos(source.people(150), 7), source.photos(source.people(2000), 2)]
    numbers = [*np.repeat(np.arange(150), 7), *np.repeat(np.arange(150, 2150), 2)]
    people = [f"person-{number:04d}" for number in numbers]
    return EmbeddedPhotos(np.array(people), (), np.concatenate(vectors), np.ones(len(people), np.float32), ())


def test_drawn_people_are_as_alike_as_the_real_ones(photos):
    population, random = Population.like(photos.vectors, photos.people), np.random.default_rng(0)
    drawn = population.photos(population.people(400, random), 4, random)
    real, new = (
        moments(photos.vectors, photos.people),
        moments(drawn, np.repeat(np.arange(400), 4)),
    )
    for pairs in ("one_person", "two_people"):
        assert new[pairs]["mean"] == pytest.approx(real[pairs]["mean"], abs=0.02)
        assert new[pairs]["deviation"] == pytest.approx(real[pairs]["deviation"], abs=0.02)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1, atol=1e-5)


@pytest.mark.long
def test_a_small_run_reaches_the_page(photos, repository, tmp_path):
    result = growth.measure(photos, "fusion(test)", sizes=(40, 200), classifier_sizes=(40,))
    small, large = result["sizes"]
    assert large["disk_bytes"] > 200 * 5 * photos.vectors.shape[1] * 4 > small["disk_bytes"]
    assert large["rank1"]["rate"] >= 0.99
    assert result["classifier"][0]["right_by_templates"] == result["classifier"][0]["probes"]
    shutil.copy(repository / "docs" / "performance.md", tmp_path)
    growth.write_tables(result | {"machine": growth.machine()}, tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert "| People | 40 | 200 |" in page
    assert ElementTree.parse(tmp_path / "growth.svg").getroot().tag.endswith("svg")
