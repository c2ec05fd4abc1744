"""Which exports are taken, and why others are not."""

import io
import json
import zipfile

import pytest

from server.messages import MESSAGES
from server.services.gesture_archive import from_folder, from_upload, from_zip
from server.services.gesture_export import ExportRefused, read_export
from tests.server.gesture_exports import DEFAULT, bent, packed, public_export, relabelled


def refusal(files):
    with pytest.raises(ExportRefused) as caught:
        read_export(files)
    assert caught.value.reason in MESSAGES
    return caught.value


def test_every_public_pose_export_is_taken(shared_data):
    folders = sorted((shared_data / "teachable_machine" / "pose").iterdir())
    exports = [read_export(public_export(folder)) for folder in folders]
    assert len(exports) > 10
    assert {export.tfjs_version for export in exports} == {"1.3.1", "1.7.4"}
    assert all(len(export.labels) >= 2 for export in exports)


def test_the_public_image_export_is_refused(shared_data):
    (folder,) = (shared_data / "teachable_machine" / "image").iterdir()
    files = public_export(folder)
    assert refusal(files).reason == "gesture_image_model"
    # Told by its layers too, where metadata says nothing.
    silent = files | {
        "metadata.json": json.dumps({"labels": json.loads(files["metadata.json"])["labels"]}).encode()
    }
    assert refusal(silent).reason == "gesture_image_model"
    del files["weights.bin"]
    assert refusal(files).reason == "gesture_image_model"


def test_an_audio_export_is_refused():
    audio = {
        "tfjsSpeechCommandsVersion": "0.4.0",
        "modelName": "TMv2",
        "wordLabels": ["Background Noise", "clap"],
    }
    assert refusal(DEFAULT | {"metadata.json": json.dumps(audio).encode()}).reason == "gesture_audio_model"


def test_a_model_of_the_converter_is_taken():
    """Keras, brought over: the model lies one level deeper, and an input layer stands first."""

    def converted(model):
        inner = model["modelTopology"]
        first = inner["config"]["layers"][0]["config"]
        shape = first.pop("batch_input_shape")
        entry = {
            "class_name": "InputLayer",
            "config": {"batch_input_shape": shape, "dtype": "float32", "name": "in"},
        }
        inner["config"]["layers"].insert(0, entry)
        model["modelTopology"] = {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": inner}
        model["format"] = "layers-model"

    assert read_export(bent(model=converted)).labels == ("CAPTURE", "O", "X", "IDLE")


def layer(model, index):
    return model["modelTopology"]["config"]["layers"][index]["config"]


def listed(model, index):
    return model["weightsManifest"][0]["weights"][index]


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("gesture_weights_truncated", {"weights": DEFAULT["weights.bin"][:-4]}),
        ("gesture_weights_truncated", {"weights": b""}),
        ("gesture_weights_too_long", {"weights": DEFAULT["weights.bin"] + b"\0\0\0\0"}),
        ("gesture_too_big", {"weights": bytes(25 * 1024 * 1024)}),
        ("gesture_too_big", {"model": b" " * (1024 * 1024) + b"{}"}),
        ("gesture_json_invalid", {"model": b"not json"}),
        ("gesture_json_invalid", {"metadata": b"\xff\xfe"}),
        ("gesture_json_invalid", {"metadata": b"[" * 100_000}),
        ("gesture_json_invalid", {"metadata": b"[]"}),
        ("gesture_json_invalid", {"model": b"{}"}),
        ("gesture_json_invalid", {"model": lambda value: value.update(weightsManifest=3)}),
        ("gesture_json_invalid", {"model": lambda value: listed(value, 0).pop("dtype")}),
        ("gesture_labels_invalid", {"metadata": lambda value: value.pop("labels")}),
        ("gesture_labels_invalid", {"metadata": lambda value: value.update(labels=["a", "a", "b", "c"])}),
        ("gesture_labels_invalid", {"metadata": lambda value: value.update(labels=["a", 1, "b", "c"])}),
        (
            "gesture_labels_invalid",
            {"metadata": lambda value: value.update(labels=["a", "\ud800", "b", "c"])},
        ),
        ("gesture_labels_invalid", {"metadata": lambda value: value.update(labels=["a", "\0", "b", "c"])}),
        ("gesture_labels_do_not_fit", {"metadata": lambda value: value["labels"].append("one more")}),
        (
            "gesture_other_posenet",
            {"metadata": lambda value: value["modelSettings"]["posenet"].update(multiplier=1)},
        ),
        (
            "gesture_input_size",
            {"model": lambda value: layer(value, 0).update(batch_input_shape=[None, 512])},
        ),
        ("gesture_input_size", {"model": lambda value: layer(value, 0).pop("batch_input_shape")}),
        ("gesture_topology_unknown", {"model": lambda value: layer(value, 2).update(activation="relu")}),
        ("gesture_topology_unknown", {"model": lambda value: layer(value, 0).update(units=-1)}),
        ("gesture_topology_unknown", {"model": lambda value: layer(value, 2).update(activation={})}),
        (
            "gesture_topology_unknown",
            {"model": lambda value: value["modelTopology"]["config"]["layers"][2].update(config=[])},
        ),
        (
            "gesture_topology_unknown",
            {"model": lambda value: value["modelTopology"]["config"]["layers"][1].update(class_name="LSTM")},
        ),
        ("gesture_weights_do_not_fit", {"model": lambda value: listed(value, 0).update(shape=[14739, 99])}),
        ("gesture_weights_do_not_fit", {"model": lambda value: listed(value, 1).update(name="other/bias")}),
        ("gesture_weights_dtype", {"model": lambda value: listed(value, 0).update(dtype="float16")}),
        (
            "gesture_weights_dtype",
            {"model": lambda value: listed(value, 0).update(quantization={"dtype": "uint8"})},
        ),
        (
            "gesture_weights_elsewhere",
            {
                "model": lambda value: value["weightsManifest"][0].update(
                    paths=["https://elsewhere.example/w.bin"]
                )
            },
        ),
    ],
)
def test_what_is_wrong_is_named(reason, changes):
    error = refusal(bent(**changes))
    assert error.reason == reason
    assert error.status == (413 if reason == "gesture_too_big" else 422)


@pytest.mark.parametrize("name", list(DEFAULT))
def test_a_missing_file_is_named(name):
    error = refusal({one: content for one, content in DEFAULT.items() if one != name})
    assert (error.reason, error.detail) == ("gesture_file_missing", name)


class TestZips:
    def test_the_files_are_found_in_a_folder_of_it(self):
        files = {f"my-pose-model/{name}": content for name, content in DEFAULT.items()}
        assert (
            from_zip(packed(files | {"__MACOSX/my-pose-model/model.json": b"", "readme.txt": b"hello"}))
            == DEFAULT
        )

    @pytest.mark.parametrize(
        "name", ["../model.json", "/model.json", "a\\..\\model.json", "C:/model.json", "a/../model.json"]
    )
    def test_paths_that_lead_out_are_refused(self, name):
        with pytest.raises(ExportRefused, match="gesture_zip_unsafe"):
            from_zip(packed({name: b"{}"}))

    def test_links_are_refused(self):
        link = zipfile.ZipInfo("weights.bin")
        link.external_attr = 0o120777 << 16
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(link, "/etc/passwd")
        with pytest.raises(ExportRefused, match="gesture_zip_unsafe"):
            from_zip(buffer.getvalue())

    def test_a_bomb_is_not_unpacked(self):
        bomb = packed({**DEFAULT, "weights.bin": bytes(200 * 1024 * 1024)}, stored=False)
        assert len(bomb) < 1024 * 1024
        with pytest.raises(ExportRefused, match="gesture_too_big") as caught:
            from_zip(bomb)
        assert caught.value.status == 413
        # The same with a size in its directory that is a lie.
        lying = bomb.replace((200 * 1024 * 1024).to_bytes(4, "little"), (4096).to_bytes(4, "little"))
        with pytest.raises(ExportRefused):
            read_export(from_zip(lying))

    def test_many_members_are_refused(self):
        with pytest.raises(ExportRefused, match="gesture_too_big"):
            from_zip(packed({f"{number}.txt": b"" for number in range(65)}))

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", packed(DEFAULT)[:-200]])
    def test_what_is_no_zip_is_refused(self, content):
        with pytest.raises(ExportRefused, match="gesture_not_a_zip") as caught:
            from_zip(content)
        assert caught.value.status == 415


def test_an_upload_is_a_zip_or_three_files(tmp_path):
    for name, content in DEFAULT.items():
        (tmp_path / name).write_bytes(content)
    assert from_upload([("model.zip", packed(DEFAULT))]) == DEFAULT
    assert from_upload([(f"C:\\Users\\me\\{name}", content) for name, content in DEFAULT.items()]) == DEFAULT
    assert from_folder(tmp_path) == DEFAULT


def test_relabelled_exports_are_exports():
    assert read_export(relabelled("만세", "동그라미", "엑스", "대기", "춤")).labels[4] == "춤"


def test_nested_nonsense_is_refused_whatever_its_depth():
    for depth in (100, 400, 700, 950, 5000):
        nested = b'{"modelTopology":' + b'{"config":' * depth + b"1" + b"}" * depth + b"}"
        assert refusal(bent(model=nested)).reason == "gesture_json_invalid"
