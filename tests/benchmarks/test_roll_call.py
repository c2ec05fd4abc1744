"""Rooms composed for the roll-call benchmark: everybody in a seat of their own, at the size that is said."""

import numpy as np

from benchmarks.roll_call import ROOM_SIZE, composed, write_tables


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


def test_the_page_shows_what_limits_do_on_pictures_they_were_not_chosen_on(tmp_path):
    page = tmp_path / "rollcall.md"
    names = ("rollcall-classroom", "rollcall-rooms", "rollcall-speed")
    page.write_text("".join(f"<!-- measured: {name} -->\n<!-- end: {name} -->\n" for name in names))
    classroom = {"pictures": 10, "faces": 50, "found": 46, "false_boxes": 3, "milliseconds": 120.0}
    limits = {
        "side": 1000,
        "score": 0.4,
        "splits": 50,
        "recall": {"mean": 0.91, "least": 0.88, "most": 0.93},
        "false_boxes": {"mean": 0.31, "least": 0.2, "most": 0.5},
        "sides_beside": 3,
        "found_beside": [44, 47],
        "false_beside": [0.4, 0.6],
    }
    rooms = ("rooms", "students", "named", "named_wrongly", "strangers", "strangers_named", "absent_named")
    speed = ("pictures", "milliseconds", "their_milliseconds", "ratio")
    result = {
        "machine": {"processor": "one", "cores": 2, "load_1_min": 0.5},
        "classroom": classroom,
        "limits": limits,
        "peer": {"pictures": 10, "faces": 50, "found": 20, "false_boxes": 1},
        "rooms": dict.fromkeys(rooms, 7),
        "thirty": {"faces": 30, "milliseconds": 390.0},
        "classic": dict.fromkeys(speed, 8),
    }
    write_tables(result, tmp_path)
    text = page.read_text()
    assert "| faces from 24 pixels found | 46 of 50 (92.0 %) |" in text
    assert "| found by limits chosen on the other half, 50 splits | 91.0 % (88.0 % to 93.0 %) |" in text
    assert "| false boxes a picture by them | 0.31 (0.20 to 0.50) |" in text
    assert "| found at 3 sizes about the one chosen | 44 to 47 |" in text
    assert "| false boxes a picture at them | 0.40 to 0.60 |" in text
    assert "| face_recognition finds | 20 of 50 (40.0 %) |" in text
    assert "| its false boxes a picture | 0.10 |" in text
    assert "face_recognition" not in text_without_peer(result, tmp_path, page)


def text_without_peer(result, folder, page):
    del result["peer"]
    write_tables(result, folder)
    return page.read_text()
