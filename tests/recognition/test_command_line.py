"""``python -m recognition``: JSON lines out, one clear sentence when something is missing."""

import json
import subprocess
import sys

import numpy as np
import pytest

from recognition.__main__ import main
from recognition.roster_model import RosterModel
from recognition.weights import GENDER, ensure


@pytest.fixture
def model_folder(engine, shared_data, celeb5, tmp_path):
    photos = [(name, photo) for name, shots in celeb5.items() for photo in shots[:2]]
    embeddings = np.stack([engine.enrol(photo).embedding for _, photo in photos])
    model = RosterModel.fit(embeddings, [name for name, _ in photos], embedder_id=engine.embedder_id)
    model.save(tmp_path / "model", None)
    return tmp_path / "model"


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_identify(model_folder, shared_data, weights_dir, tmp_path, capsys):
    (tmp_path / "note.jpg").write_text("not a picture")
    (photo, *_) = sorted((shared_data / "celeb5" / "val" / "elton_john").iterdir())
    images = [str(photo), str(tmp_path / "note.jpg"), str(tmp_path / "absent.jpg")]
    arguments = ["--weights", str(weights_dir), "identify", "--model", str(model_folder), *images]
    assert main(arguments) == 1
    answers = lines(capsys)
    assert [answer["image"] for answer in answers] == images
    assert [answer["reason"] for answer in answers] == ["match", "not_an_image", "unreadable"]
    assert answers[0]["label"] == "elton_john"
    assert answers[0]["score"] >= answers[0]["threshold"]


def test_verify(shared_data, weights_dir, capsys):
    people = [
        sorted((shared_data / "celeb5" / "train" / name).iterdir()) for name in ("elton_john", "madonna")
    ]
    for pictures, same in (((people[0][0], people[0][1]), True), ((people[0][0], people[1][0]), False)):
        options = ["--model", "sface", "--metric", "euclidean_l2"]
        assert main(["--weights", str(weights_dir), "verify", *options, *map(str, pictures)]) == 0
        (answer,) = lines(capsys)
        assert answer["code"] == (2 if same else 0)
        assert answer["same"] is same
        assert (answer["distance"] <= answer["threshold"]) is same
        assert answer["model"] == "sface"


def test_verify_by_a_threshold_of_ones_own(demo_people, weights_dir, capsys):
    pictures = [str(path) for path in sorted((demo_people / "kai" / "probe").glob("*.jpg"))[:2]]
    command = ["--weights", str(weights_dir), "verify", "--model", "sface", *pictures]
    for threshold, code in (("2", 2), ("0", 0)):
        assert main([*command, "--threshold", threshold]) == 0
        assert lines(capsys)[0]["code"] == code


def test_verify_without_a_face_or_a_picture(weights_dir, demo_people, tmp_path, capsys):
    from PIL import Image

    Image.new("RGB", (64, 64), "grey").save(tmp_path / "grey.png")
    somebody = str(next((demo_people / "kai" / "probe").glob("*.jpg")))
    verify = ["--weights", str(weights_dir), "verify", "--model", "sface", "--language", "ko"]
    assert main([*verify, somebody, str(tmp_path / "grey.png")]) == 0
    (answer,) = lines(capsys)
    assert (answer["code"], answer["message"]) == (-1, "두 번째 사진에서 얼굴을 찾지 못했습니다.")
    assert main([*verify, str(tmp_path / "absent.png"), somebody]) == 1
    assert lines(capsys)[0]["code"] == -22


def test_distinguish(weights_dir, demo_people, tmp_path, capsys):
    ensure(weights_dir, [GENDER])
    somebody = str(next((demo_people / "kai" / "probe").glob("*.jpg")))
    distinguish = ["--weights", str(weights_dir), "distinguish", "--purpose", "a test", "--language", "ko"]
    assert main([*distinguish, somebody]) == 0
    (answer,) = lines(capsys)
    assert (answer["code"], answer["purpose"], len(answer["faces"])) == (1, "a test", 1)
    assert main([*distinguish, str(tmp_path / "absent.png")]) == 1
    (answer,) = lines(capsys)
    assert (answer["code"], answer["message"]) == (-21, "사진을 읽을 수 없습니다.")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["distinguish", "a.jpg"], "until its purpose is stated"),
        (["identify", "--model", "/no/such/model", "a.jpg"], "/no/such/model"),
        (["--weights", "/no/such/weights", "verify", "a.jpg", "b.jpg"], "/no/such/weights"),
    ],
)
def test_what_is_missing_is_one_sentence(arguments, named):
    answer = subprocess.run(
        [sys.executable, "-m", "recognition", *arguments], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert named in answer.stderr
