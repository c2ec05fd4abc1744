"""The rule by which the room detector's limits are chosen."""

import json

from benchmarks.classroom import Judged, annotated, judge
from benchmarks.room_limits import SCORES, SIDES, chosen, run


def test_most_faces_at_few_enough_false_boxes():
    results = {
        (1000, 0.3): {"a": Judged(1, 10, 10, 1), "b": Judged(1, 10, 10, 0)},
        (1000, 0.5): {"a": Judged(1, 10, 8, 0), "b": Judged(1, 10, 7, 0)},
        (1100, 0.5): {"a": Judged(1, 10, 9, 0), "b": Judged(1, 10, 6, 0)},
        (900, 0.4): {"a": Judged(1, 10, 7, 0), "b": Judged(1, 10, 8, 1)},
    }
    assert chosen(results, ["a", "b"]) == (1100, 0.5)
    assert chosen(results, ["b"]) == (1000, 0.3)


def test_a_box_is_false_where_nobody_is_annotated_and_small_faces_need_not_be_found():
    truth = [annotated((0, 0, 40, 40)), annotated((100, 0, 20, 20))]
    seen = [annotated((2, 2, 40, 40)), annotated((100, 0, 20, 20)), annotated((300, 0, 40, 40))]
    assert judge(truth, seen) == Judged(pictures=1, faces=1, found=1, false_boxes=1)


def test_halves_of_real_classrooms_are_judged_by_limits_from_the_other(shared_data, tmp_path):
    folder = shared_data / "classroom"
    boxes = json.loads((folder / "boxes_xywh.json").read_text())
    few = dict(sorted(boxes.items())[:6])
    (tmp_path / "boxes_xywh.json").write_text(json.dumps(few))
    for name in few:
        (tmp_path / name).symlink_to(folder / name)
    result = run(tmp_path)
    assert result["side"] in SIDES
    assert result["score"] in SCORES
    assert 0.7 <= result["recall"]["mean"] <= 1
    assert 0 <= result["false_boxes"]["mean"] <= 2
