"""Tiles cover a picture, and what lies in several of them is found once."""

import numpy as np
import pytest

from recognition.detection import Face
from recognition.tiles import detect_in_tiles, merged, tiles_of


def face(x, y, size, score=0.9):
    return Face((float(x), float(y), float(size), float(size)), np.zeros((5, 2), np.float32), score)


@pytest.mark.parametrize(
    ("width", "height"), [(400, 300), (1000, 700), (999, 301), (2048, 1537), (301, 5000)]
)
@pytest.mark.parametrize(("side", "overlap"), [(300, 60), (640, 100), (1280, 160)])
def test_whatever_is_small_lies_whole_in_a_tile(width, height, side, overlap):
    tiles = list(tiles_of(width, height, side, overlap))
    covered = np.zeros((height, width), bool)
    for tile in tiles:
        assert tile.left >= 0
        assert tile.top >= 0
        assert tile.left + tile.width <= width
        assert tile.top + tile.height <= height
        assert max(tile.width, tile.height) <= side
        covered[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = True
    assert covered.all()
    for x in range(0, width - overlap, max(1, width // 37)):
        for y in range(0, height - overlap, max(1, height // 37)):
            assert any(
                t.left <= x
                and t.top <= y
                and x + overlap <= t.left + t.width
                and y + overlap <= t.top + t.height
                for t in tiles
            )


def test_an_overlap_leaves_room_to_go_on():
    with pytest.raises(ValueError, match="overlap"):
        list(tiles_of(100, 100, 50, 50))


def test_each_face_once_as_sure_as_the_surest():
    found = merged(
        [face(10, 10, 40, 0.8), face(200, 10, 60, 0.8), face(12, 11, 40, 0.6), face(205, 20, 25, 0.6)]
    )
    assert [round(one.box[2]) for one in found] == [45, 40]
    assert found[1].box[0] == pytest.approx((10 * 0.8 + 12 * 0.6) / 1.4)
    assert [one.score for one in found] == [0.8, 0.8]


class Spots:
    """A detector that finds bright squares."""

    name = "spots"

    def detect(self, image):
        from cv2 import connectedComponentsWithStats

        _, _, stats, _ = connectedComponentsWithStats((image[..., 0] > 128).astype(np.uint8))
        return [
            Face(tuple(map(float, row[:4])), np.zeros((5, 2), np.float32), min(1.0, row[4] / 900))
            for row in stats[1:]
        ]


def test_boxes_come_back_in_the_pixels_of_the_picture():
    image = np.zeros((900, 1500, 3), np.uint8)
    for x, y in ((40, 50), (735, 430), (1440, 860), (700, 300)):
        image[y : y + 30, x : x + 30] = 255
    found = detect_in_tiles(Spots(), image, (1500, 3000), side=800, overlap=100)
    assert sorted((round(f.box[0]), round(f.box[1])) for f in found) == [
        (40, 50),
        (700, 300),
        (735, 430),
        (1440, 860),
    ]
    assert all(abs(f.box[2] - 30) <= 2 for f in found)
