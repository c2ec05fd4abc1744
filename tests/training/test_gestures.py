"""The gesture model: PoseNet as the browser runs it, the framing, the head and its export."""

import json
from pathlib import Path

import numpy as np
import pytest

from recognition.image import decode_image
from training.__main__ import main
from training.exceptions import TrainingError
from training.gestures import GESTURES
from training.gestures.command import POSENET
from training.gestures.evaluation import figures, held_triggers
from training.gestures.framing import SIDE_IN_SHOULDER_WIDTHS, find_shoulders, square
from training.gestures.head import GestureHead, train_head
from training.gestures.posenet import FEATURES, LEFT_SHOULDER, RESOLUTION, RIGHT_SHOULDER, PoseNet


@pytest.fixture(scope="module")
def posenet(repository: Path) -> PoseNet:
    return PoseNet(repository / POSENET)


@pytest.fixture(scope="module")
def default_head(repository: Path) -> GestureHead:
    return GestureHead.load(repository / "models" / "pose")


class TestPoseNet:
    def test_features_are_what_a_teachable_machine_head_takes(self, posenet: PoseNet) -> None:
        outputs = posenet.run([np.zeros((64, 64, 3), np.uint8), np.full((300, 300, 3), 255, np.uint8)])
        features = outputs.features()
        assert features.shape == (2, FEATURES)
        assert np.array_equal(features[1, :17], outputs.heatmaps[1, 0, 0])
        assert np.array_equal(features[1, 17:51], outputs.offsets[1, 0, 0])

    def test_finds_shoulders_left_and_right(self, posenet: PoseNet, demo_people: Path) -> None:
        found = 0
        for path in sorted(demo_people.glob("*/probe/*.jpg"))[::4]:
            image = decode_image(path.read_bytes())
            at = find_shoulders(image, posenet)
            if at is None:  # Some pictures end at the neck.
                continue
            found += 1
            crop = square(image, at.x, at.y, SIDE_IN_SHOULDER_WIDTHS * at.width)
            points = posenet.run([crop]).keypoints()[0]
            left, right = points[LEFT_SHOULDER], points[RIGHT_SHOULDER]
            assert left[0] > RESOLUTION / 2 > right[0], "the person's left is on the picture's right"
        assert found >= 5

    def test_nobody_has_no_shoulders(self, posenet: PoseNet) -> None:
        assert find_shoulders(np.full((480, 640, 3), 127, np.uint8), posenet) is None

    def test_refuses_a_folder_without_posenet(self, tmp_path: Path) -> None:
        with pytest.raises(TrainingError, match="does not hold PoseNet"):
            PoseNet(tmp_path)


def test_square_is_black_beyond_the_picture() -> None:
    crop = square(np.full((100, 200, 3), 255, np.uint8), 0, 50, 100)
    assert crop.shape == (100, 100, 3)
    assert not crop[:, :50].any()
    assert crop[:, 50:].all()


def test_head_learns_and_comes_back_from_its_export(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    y = np.arange(200) % len(GESTURES)
    x = rng.normal(0, 0.3, (200, FEATURES)).astype(np.float16)
    x[np.arange(200), y] += 6
    head = train_head(x, y, seed=3, epochs=12)
    assert (head.predict(x).argmax(axis=1) == y).mean() > 0.95
    head.save(tmp_path, name="test", made_at="2026-01-01T00:00:00.000Z")
    again = GestureHead.load(tmp_path)
    assert np.array_equal(again.predict(x), head.predict(x))
    metadata = json.loads((tmp_path / "metadata.json").read_text("utf-8"))
    assert metadata["packageName"] == "@teachablemachine/pose"
    assert metadata["labels"] == list(GESTURES)


def test_truncated_weights_are_refused(repository: Path, tmp_path: Path) -> None:
    for name in ("model.json", "metadata.json"):
        (tmp_path / name).write_bytes((repository / "models/pose" / name).read_bytes())
    (tmp_path / "weights.bin").write_bytes(b"\0" * 1000)
    with pytest.raises(TrainingError, match=r"weights\.bin"):
        GestureHead.load(tmp_path)


def test_a_gesture_counts_once_when_held() -> None:
    idle = GESTURES.index("IDLE")
    assert held_triggers(np.array([-1, 0, 0, -1, 0, 0]), idle) == 0
    assert held_triggers(np.array([0, 0, 0, 0, 0, 0]), idle) == 1
    assert held_triggers(np.array([0, 1, 0, 1, idle, idle, idle]), idle) == 0
    assert held_triggers(np.array([1, 1, 1, -1, 2, 2, 2]), idle) == 2


def test_figures_count_what_fires() -> None:
    sure, unsure = np.eye(4) * 0.96 + 0.01, np.full((4, 4), 0.25)
    result = figures(np.concatenate([sure, unsure]), np.array([0, 1, 2, 3, 0, 1, 2, 3]))
    assert result["O"] == {"pictures": 2, "recall": 0.5, "precision": 1.0}
    assert result["IDLE"] == {"pictures": 2, "fired": 0, "held": 0}


def test_default_model_knows_the_gestures_it_was_taught(
    default_head: GestureHead, posenet: PoseNet, shared_data: Path
) -> None:
    """No figure, these are its training pictures: it shows that export, framing and labels fit together."""
    right = []
    for index, name in enumerate(GESTURES):
        for path in sorted((shared_data / "gestures" / name).glob("*.jpg"))[::40]:
            image = decode_image(path.read_bytes())
            at = find_shoulders(image, posenet)
            if at is None:
                continue
            crop = square(image, at.x, at.y, SIDE_IN_SHOULDER_WIDTHS * at.width)
            right.append(default_head.predict(posenet.run([crop]).features())[0].argmax() == index)
    assert len(right) > 30
    assert np.mean(right) > 0.95


def test_people_at_rest_trigger_nothing(
    default_head: GestureHead, posenet: PoseNet, demo_people: Path
) -> None:
    for path in sorted(demo_people.glob("*/probe/*.jpg"))[::8]:
        image = decode_image(path.read_bytes())
        at = find_shoulders(image, posenet)
        if at is not None:
            crop = square(image, at.x, at.y, SIDE_IN_SHOULDER_WIDTHS * at.width)
            probabilities = default_head.predict(posenet.run([crop]).features())[0]
            assert probabilities[: GESTURES.index("IDLE")].max() < 0.9, path


def test_command_names_a_missing_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["gestures", "--photos", str(tmp_path), "--out", str(tmp_path / "out")])
    assert code == 2
    assert "CAPTURE" in capsys.readouterr().err
