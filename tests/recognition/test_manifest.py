import json
from pathlib import Path

import joblib
import numpy as np
import pytest

from recognition import manifest
from recognition.exceptions import ModelRejected

KEY = b"the key of this installation"


@pytest.fixture
def saved(tmp_path) -> Path:
    payload = {"numbers": np.arange(5), "name": "a class"}
    manifest.save(tmp_path, payload, embedder_id="fusion", training_digest="abc", key=KEY)
    return tmp_path


def change(folder: Path, **fields) -> None:
    path = folder / manifest.MANIFEST_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def reason_of(folder: Path, **options) -> str:
    with pytest.raises(ModelRejected) as rejected:
        manifest.load(folder, **({"key": KEY} | options))
    assert str(folder) in rejected.value.message
    return rejected.value.reason


@pytest.fixture
def unpickled(monkeypatch) -> list:
    """What joblib was asked to load."""
    calls: list = []
    monkeypatch.setattr(joblib, "load", calls.append)
    return calls


def test_what_was_saved_is_loaded(saved):
    paper, payload = manifest.load(saved, key=KEY, embedder_id="fusion")
    np.testing.assert_array_equal(payload["numbers"], np.arange(5))
    assert paper.training_digest == "abc"
    assert {"joblib", "numpy", "scikit-learn"} <= set(paper.libraries)
    assert sorted(path.name for path in saved.iterdir()) == ["manifest.json", "model.joblib"]


def test_a_changed_model_is_refused_before_it_is_unpickled(saved, unpickled):
    path = saved / manifest.MODEL_FILE
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert reason_of(saved) == "damaged"
    assert unpickled == []


def test_a_forger_who_adjusts_the_checksum_still_lacks_the_key(saved, unpickled):
    manifest.save(saved, {"evil": 1}, embedder_id="fusion", training_digest="abc", key=b"guessed")
    assert reason_of(saved) == "signature"
    assert unpickled == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"embedder_id": "facenet"}, "signature"),
        ({"training_digest": "other"}, "signature"),
        ({"format_version": 99}, "format_version"),
        ({"hmac": ""}, "unsigned"),
        ({"size": "many"}, "manifest_unreadable"),
        ({"surprise": 1}, "manifest_unreadable"),
        ({"format_version": True}, "manifest_unreadable"),
    ],
)
def test_every_claim_is_checked(saved, unpickled, fields, reason):
    change(saved, **fields)
    assert reason_of(saved) == reason
    assert unpickled == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"embedder_id": "facenet"}, "embedder"),
        ({"libraries": {"joblib": "1.5", "numpy": "1.26"}}, "libraries"),
        ({"libraries": {}}, "libraries"),
        ({"sha256": "0" * 64}, "damaged"),
        ({"size": 1}, "damaged"),
    ],
)
def test_without_a_key_damage_and_mix_ups_are_still_found(saved, unpickled, fields, reason):
    change(saved, **fields)
    assert reason_of(saved, key=None, embedder_id="fusion") == reason
    assert unpickled == []


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00", "1" * (manifest.MAX_MANIFEST_BYTES + 1)])
def test_a_manifest_that_is_none_is_refused(saved, text):
    (saved / manifest.MANIFEST_FILE).write_text(text)
    assert reason_of(saved) == "manifest_unreadable"


def test_missing_files_are_named(saved):
    (saved / manifest.MODEL_FILE).unlink()
    assert reason_of(saved) == "missing"
    assert reason_of(saved / "nowhere") == "missing"
