import numpy as np
import pytest

from benchmarks.openset import UNSEEN, Protocol, draw_class, name_half


@pytest.fixture
def rows():
    """40 people with eight pictures, 60 with one."""
    counts = [8] * 40 + [1] * 60
    starts = np.cumsum([0, *counts])
    return {f"person-{i:03d}": np.arange(starts[i], starts[i + 1]) for i in range(100)}


def test_nobody_is_enrolled_and_a_stranger_and_no_photo_is_used_twice(rows):
    draw = draw_class(rows, Protocol("", people=30), seed=0)
    used = draw.enrolled_rows + draw.probe_rows + draw.stranger_rows
    assert len(used) == len(set(used)) == 30 * 5 + 30 * 3 + 70
    owner = {row: name for name, own in rows.items() for row in own.tolist()}
    assert [owner[row] for row in draw.enrolled_rows] == draw.enrolled_labels
    assert [owner[row] for row in draw.probe_rows] == draw.probe_labels
    assert not {owner[row] for row in draw.stranger_rows} & set(draw.enrolled_labels)


def test_the_seed_decides_the_draw(rows):
    protocol = Protocol("", people=30)
    assert draw_class(rows, protocol, 1).enrolled_rows == draw_class(rows, protocol, 1).enrolled_rows
    assert draw_class(rows, protocol, 1).enrolled_rows != draw_class(rows, protocol, 2).enrolled_rows


def test_unseen_rows_hold_nobody_who_tuned_anything(rows):
    draw = draw_class(rows, Protocol("", people=10, half=UNSEEN), seed=0)
    owner = {row: name for name, own in rows.items() for row in own.tolist()}
    used = draw.enrolled_rows + draw.probe_rows + draw.stranger_rows
    assert {name_half(owner[row]) for row in used} == {UNSEEN}
