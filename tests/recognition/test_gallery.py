import numpy as np
import pytest

from recognition.gallery import COMMON_SHARE, SHORTLIST_FROM, Gallery, normalise
from tests.recognition.synthetic_class import DIMENSIONS, SyntheticPopulation, names


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


def test_the_score_of_somebody_alone_is_the_cosine_to_the_centre_of_the_templates():
    gallery = Gallery.from_labelled(np.array([[2.0, 0], [0, 3.0]]), ["a", "a"])
    np.testing.assert_allclose(gallery.scores(np.array([[0.0, 1.0]])), [[np.sqrt(0.5)]], atol=1e-6)


def expected_score(share, probe, own, others):
    """A share of the mean of the others, and of two who share nothing, is taken from probe and centre."""
    common = share * np.sum(others, axis=0) / (len(others) + 2)
    return normalise(own - common) @ (probe - common)


def test_in_a_class_like_any_other_the_score_is_the_cosine(gallery):
    assert gallery.common_share == 0
    np.testing.assert_allclose(
        gallery.scores(gallery.templates), gallery.templates @ gallery.centres.T, atol=1e-6
    )


@pytest.fixture
def alike() -> Gallery:
    population = SyntheticPopulation(0.5)
    return Gallery.from_labelled(population.photos(population.people(8), 3), names(8, 3))


def test_what_look_alikes_have_in_common_does_not_count(alike):
    gallery = alike
    assert 0.2 < gallery.common_share < COMMON_SHARE
    probe, centres = gallery.templates[0], list(gallery.centres)
    scores = gallery.scores(probe[None])[0]
    for person, own in enumerate(centres):
        others = centres[:person] + centres[person + 1 :]
        expected = expected_score(gallery.common_share, probe, own, others)
        assert scores[person] == pytest.approx(expected, abs=1e-6)


def test_who_plays_a_stranger_is_not_one_of_the_others(alike):
    probe, centres = alike.templates[0], list(alike.centres)
    played = alike.scores(probe[None], leave_out=np.array([0]))[0]
    expected = expected_score(alike.common_share, probe, centres[3], centres[1:3] + centres[4:])
    assert played[3] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("kind", ["gallery", "alike"])
def test_a_template_is_left_out_of_its_own_score(kind, request):
    gallery = request.getfixturevalue(kind)
    alone = gallery.scores_without_self(gallery.templates, gallery.owners)
    rest, probe = normalise(gallery.templates[1:3].sum(axis=0)), gallery.templates[0]
    expected = expected_score(gallery.common_share, probe, rest, gallery.centres[1:])
    assert alone[0] == pytest.approx(expected, abs=1e-6)


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


def test_the_nearest_come_first_and_one_person_may_be_passed_over():
    gallery = Gallery.from_labelled(np.array([[1.0, 0], [0.8, 0.6], [0, 1]]), ["a", "b", "c"])
    probes = np.array([[1.0, 0], [0.0, 1]])
    people, found = gallery.nearest(probes)
    assert people.tolist() == [[0, 1], [2, 1]]
    np.testing.assert_allclose(found, np.take_along_axis(gallery.scores(probes), people, axis=1))
    people, cosines = gallery.nearest(np.array([[1.0, 0]]), 1, leave_out=np.array([0]))
    assert people.tolist() == [[1]]
    with pytest.raises(ValueError, match="3 people"):
        gallery.nearest(np.array([[1.0, 0]]), 3, leave_out=np.array([0]))


@pytest.fixture(scope="module")
def campus() -> tuple[Gallery, np.ndarray, np.ndarray]:
    """A gallery that is searched through a shortlist, probes of 100 of its people, and 100 strangers. As in
    real embeddings, some directions matter more than others."""
    population = SyntheticPopulation()
    everybody = normalise(population.people(SHORTLIST_FROM + 100) * 0.98 ** np.arange(DIMENSIONS))
    people, strangers = everybody[:-100], everybody[-100:]
    labels = tuple(f"student-{number:05d}" for number in range(len(people)))
    gallery = Gallery(labels, people, np.arange(len(people)))
    return gallery, population.photos(people[:100], 1), strangers


def test_a_shortlist_finds_who_a_comparison_with_everybody_finds(campus):
    gallery, known, strangers = campus
    for probes in (known, strangers):
        scores = gallery.scores(probes)
        people, cosines = gallery.nearest(probes)
        np.testing.assert_array_equal(people[:, 0], scores.argmax(axis=1))
        np.testing.assert_allclose(cosines, -np.sort(-scores, axis=1)[:, :2], atol=1e-5)
    assert gallery.nearest(known)[0][:, 0].tolist() == list(range(100))


def test_a_shortlist_passes_over_whom_it_shall(campus):
    gallery, known, _ = campus
    people, cosines = gallery.nearest(known, 1, leave_out=np.arange(100))
    scores = gallery.scores(known)
    scores[np.arange(100), np.arange(100)] = -1
    np.testing.assert_array_equal(people[:, 0], scores.argmax(axis=1))
    np.testing.assert_allclose(cosines[:, 0], scores.max(axis=1), atol=1e-5)


def test_somebody_can_join_and_leave_a_campus(campus):
    gallery, _, strangers = campus
    grown = gallery.with_person("newcomer", strangers[:2])
    assert grown.labels == ("newcomer", *gallery.labels)
    assert grown.nearest(strangers[:1])[0][0, 0] == grown.position("newcomer") == 0
    restored = grown.without_person("newcomer")
    assert restored.labels == gallery.labels
    np.testing.assert_array_equal(restored.owners, gallery.owners)
    np.testing.assert_array_equal(restored.templates, gallery.templates)
