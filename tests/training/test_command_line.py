import json

import cv2
import numpy as np
import pytest

from recognition.image import decode_image
from recognition.roster_model import RosterModel
from training.__main__ import main
from training.masks import with_mask


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("key") / "key"
    path.write_text("secret\n")
    return path


@pytest.fixture(scope="module")
def model_folder(class_folder, key_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fitted") / "model"
    arguments = ["fit", "--photos", class_folder, "--out", folder, "--augment", 1, "--key-file", key_file]
    assert main([str(argument) for argument in arguments]) == 0
    return folder


def test_fit_leaves_model_manifest_metadata_and_report(model_folder, class_folder):
    names = {path.name for path in model_folder.iterdir()}
    assert names == {"model.joblib", "manifest.json", "metadata.json", "report.html"}
    metadata = json.loads((model_folder / "metadata.json").read_text())
    assert metadata["options"]["augment"] == 1
    assert {photo["source"] for photo in metadata["photos"]} >= {"asha/01.jpg"}
    assert {refusal["reason"] for refusal in metadata["refused"]} >= {"duplicate", "no_face"}
    assert RosterModel.load(model_folder, b"secret").labels == ("asha", "kai", "mira", "omar")


def test_evaluate_writes_the_figures(model_folder, key_file, demo_people, tmp_path):
    for role, names in (("known", ("kai", "omar")), ("strangers", ("dana", "jenna"))):
        for name in names:
            (tmp_path / role / name).mkdir(parents=True)
            for number in (1, 2):
                photo = (demo_people / name / "probe" / f"0{number}.jpg").read_bytes()
                (tmp_path / role / name / f"{number}.jpg").write_bytes(photo)
    file = tmp_path / "figures" / "out.json"
    options = {
        "--model": model_folder,
        "--known": tmp_path / "known",
        "--strangers": tmp_path / "strangers",
        "--json": file,
        "--key-file": key_file,
    }
    assert main(["evaluate", *(str(part) for pair in options.items() for part in pair)]) == 0
    figures = json.loads(file.read_text())
    assert figures["rank1"]["rate"] == 1.0
    assert figures["own_threshold"]["fpir"] == {
        "count": 0,
        "total": 4,
        "rate": 0.0,
        "interval_95": [0.0, pytest.approx(0.49, abs=0.01)],
    }
    assert set(figures["at_fpir"]) == {"0.01", "0.003", "0.001"}
    assert figures["by_mask"]["masked"]["fnir"]["total"] == 0
    assert figures["by_mask"]["bare"] == figures["own_threshold"]


def test_evaluate_tells_people_in_masks_apart(model_folder, key_file, demo_people, tmp_path, engine):
    random = np.random.default_rng(0)
    for role, name in (("known", "kai"), ("known", "omar"), ("strangers", "jenna")):
        (tmp_path / role / name).mkdir(parents=True)
        image = decode_image((demo_people / name / "probe" / "01.jpg").read_bytes())
        masked = with_mask(image, engine.detector.detect(image)[0], random)
        (tmp_path / role / name / "1.png").write_bytes(cv2.imencode(".png", masked[:, :, ::-1])[1].tobytes())
    folders = [
        "--known",
        tmp_path / "known",
        "--strangers",
        tmp_path / "strangers",
        "--json",
        tmp_path / "json",
    ]
    arguments = ["evaluate", "--model", model_folder, "--key-file", key_file, *folders]
    assert main([str(argument) for argument in arguments]) == 0
    figures = json.loads((tmp_path / "json").read_text())
    noticed, overlooked = (figures["by_mask"][kind]["fnir"]["total"] for kind in ("masked", "bare"))
    assert noticed >= 1
    assert noticed + overlooked == figures["own_threshold"]["fnir"]["total"] == 2
    assert figures["masked_threshold"] < figures["own_threshold"]["threshold"]


def refused(capsys, *arguments) -> str:
    """The sentence on standard error of a command that must not succeed."""
    assert main([str(argument) for argument in arguments]) == 2
    sentence = capsys.readouterr().err.strip().splitlines()
    assert len(sentence) == 1
    assert "Traceback" not in sentence[0]
    return sentence[0]


def test_a_wrong_photo_folder_is_one_sentence(capsys, tmp_path):
    assert "is not a folder" in refused(capsys, "fit", "--photos", tmp_path / "no", "--out", tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_a_wrong_model_folder_is_one_sentence(capsys, tmp_path):
    sentence = refused(
        capsys,
        *("evaluate", "--model", tmp_path, "--known", tmp_path, "--strangers", tmp_path),
        *("--json", tmp_path / "x.json"),
    )
    assert "holds no roster model" in sentence


def test_missing_weights_are_one_sentence(capsys, class_folder, tmp_path):
    sentence = refused(
        capsys, "fit", "--photos", class_folder, "--out", tmp_path / "o", "--weights", tmp_path / "empty"
    )
    assert ".onnx" in sentence


def test_an_unwritable_out_folder_is_one_sentence(capsys, class_folder, tmp_path):
    (tmp_path / "file").write_text("")
    sentence = refused(capsys, "fit", "--photos", class_folder, "--out", tmp_path / "file" / "model")
    assert str(tmp_path / "file") in sentence


def test_a_missing_key_is_one_sentence(capsys, class_folder, tmp_path):
    sentence = refused(
        capsys, *("fit", "--photos", class_folder, "--out", tmp_path / "o", "--key-file", tmp_path / "none")
    )
    assert "none" in sentence


def test_known_people_must_be_on_the_roster(capsys, model_folder, key_file, class_folder, tmp_path):
    (tmp_path / "outsider").mkdir()
    (tmp_path / "outsider" / "1.jpg").write_bytes((class_folder / "kai" / "01.jpg").read_bytes())
    sentence = refused(
        capsys,
        *("evaluate", "--model", model_folder, "--known", tmp_path, "--strangers", class_folder),
        *("--json", tmp_path / "x.json", "--key-file", key_file),
    )
    assert "outsider" in sentence
    assert "not on the roster" in sentence


@pytest.mark.parametrize("value", ["-1", "many"])
def test_options_are_checked(capsys, value):
    with pytest.raises(SystemExit) as stopped:
        main(["fit", "--photos", "x", "--out", "y", "--augment", value])
    assert stopped.value.code == 2
