import numpy as np
import pytest

from recognition.gallery import Gallery, normalise
from tests.recognition.synthetic_class import SyntheticPopulation, names


@pytest.fixture
def gallery() -> Gallery:
    population = SyntheticPopulation()
    return Gallery.from_labelled(population.photos(population.people(4), 3), names(4, 3))


def test_groups_templates_by_person_whatever_their_order():
    vectors = np.eye(4, dtype=np.float32)
    gallery = Gallery.from_labelled(vectors, ["b", "a", "b", "a"])
    assert gallery.labels == ("a", "b")
    assert gallery.owners.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(gallery.of("b"), vectors[[0, 2]])


def test_the_score_is_the_cosine_to_the_centre_of_the_templates():
    gallery = Gallery.from_labelled(np.array([[2.0, 0], [0, 3.0], [0, -1]]), ["a", "a", "b"])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(gallery.scores(np.array([[0.0, 1.0]])), [[half, -1.0]], atol=1e-6)


def test_a_template_is_left_out_of_its_own_score(gallery):
    alone = gallery.scores_without_self(gallery.templates, gallery.owners)
    rest = normalise(gallery.templates[1:3].sum(axis=0))
    np.testing.assert_allclose(alone[0], rest @ gallery.templates[0], atol=1e-6)


def test_adding_and_removing_a_person_restores_the_gallery(gallery):
    changed = gallery.with_person("new", np.ones((2, gallery.dimensions)))
    assert changed.labels == ("new", *gallery.labels)
    restored = changed.without_person("new")
    np.testing.assert_allclose(restored.templates, gallery.templates, atol=1e-6)
    assert restored.labels == gallery.labels


def test_adding_somebody_who_is_there_replaces_the_templates(gallery):
    changed = gallery.with_person("student-001", np.ones((1, gallery.dimensions)))
    assert len(changed) == len(gallery)
    assert len(changed.of("student-001")) == 1


def test_a_gallery_may_be_emptied_and_filled_again():
    gallery = Gallery.from_labelled(np.ones((1, 8)), ["only"]).without_person("only")
    assert len(gallery) == 0
    assert gallery.dimensions == 8
    assert gallery.with_person("next", np.ones((1, 8))).labels == ("next",)


@pytest.mark.parametrize(
    ("embeddings", "labels"),
    [
        (np.ones((2, 3)), ["a"]),
        (np.ones(3), ["a"]),
        (np.array([[np.nan, 1.0]]), ["a"]),
    ],
)
def test_refuses_what_does_not_fit(embeddings, labels):
    with pytest.raises(ValueError, match="embedding"):
        Gallery.from_labelled(embeddings, labels)


def test_somebody_unknown_cannot_be_removed(gallery):
    with pytest.raises(KeyError, match="nobody"):
        gallery.without_person("nobody")
