"""Rooms composed for the roll-call benchmark: everybody in a seat of their own, at the size that is said."""

import numpy as np

from benchmarks.roll_call import ROOM_SIZE, composed


def test_everybody_has_a_seat_of_their_own():
    portraits = [np.full((250, 250, 3), shade, np.uint8) for shade in range(10, 250, 10)]
    picture, seats = composed(portraits, np.random.default_rng(1))
    assert picture.shape == (*ROOM_SIZE, 3)
    assert len(seats) == len(portraits)
    for portrait, (x, y, side) in zip(portraits, seats, strict=True):
        assert (picture[int(y), int(x)] == portrait[0, 0]).all()
        assert side * 0.45 + 1 >= 36
        assert side * 0.45 <= 110
    for place, (x, y, side) in enumerate(seats):
        for other_x, other_y, other in seats[place + 1 :]:
            assert max(abs(x - other_x), abs(y - other_y)) >= (side + other) / 2 - 1


def test_the_same_seed_gives_the_same_room():
    portraits = [np.full((250, 250, 3), 90, np.uint8)] * 5
    rooms = [composed(portraits, np.random.default_rng(2))[0] for _ in range(2)]
    assert (rooms[0] == rooms[1]).all()
