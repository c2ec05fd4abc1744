"""How copies are shared out, and what a borrowed one is like."""

from types import SimpleNamespace

import numpy as np

from recognition.gallery import normalise
from training.copied import FACES_TO_EMBED, FEWEST_PER_PERSON, filled, shares


def roster(people: int, photos: int) -> list[SimpleNamespace]:
    return [SimpleNamespace(label=f"s{person}") for person in range(people) for _ in range(photos)]


def test_a_small_class_gets_every_copy_of_its_own():
    assert shares(roster(5, 5), 20) == [20] * 25


def test_a_large_class_embeds_a_bounded_number_of_faces():
    for people, photos in ((30, 5), (60, 4), (150, 5)):
        counts = shares(roster(people, photos), 20)
        assert sum(counts) + len(counts) <= FACES_TO_EMBED
        assert max(counts) - min(counts) <= 1


def test_everybody_has_some_copies_in_the_largest_class():
    counts = shares(roster(300, 5), 20)
    assert [sum(counts[start : start + 5]) for start in range(0, 1500, 5)] == [FEWEST_PER_PERSON] * 300


def test_borrowed_copies_are_as_far_from_their_photo_as_the_lent_ones():
    random = np.random.default_rng(3)
    photos = normalise(random.normal(size=(40, 64)))
    own = [
        normalise(photo + (0.2 + 0.1 * (index % 3)) * normalise(random.normal(size=(index % 3, 64))))
        for index, photo in enumerate(photos)
    ]
    copies = filled(photos, own, 20, seed=1)
    assert copies.shape == (40, 20, 64)
    np.testing.assert_allclose(np.linalg.norm(copies, axis=2), 1, atol=1e-5)
    for mine, whole in zip(own, copies, strict=True):
        np.testing.assert_array_equal(whole[: len(mine)], mine)
    lent = np.concatenate([mine @ photo for mine, photo in zip(own, photos, strict=True)])
    likeness = np.einsum("pcd,pd->pc", copies, photos)
    assert likeness.min() >= lent.min() - 1e-5
    assert likeness.max() <= lent.max() + 1e-5
    assert abs(likeness.mean() - lent.mean()) < 0.01
    np.testing.assert_array_equal(copies, filled(photos, own, 20, seed=1))
    assert not np.array_equal(copies, filled(photos, own, 20, seed=2))
