"""The gesture model and PoseNet, as kiosks load them."""

import json
import re
import shutil

import pytest

from server.models import utc_now
from server.services import gesture_models, kiosks
from server.services.gesture_export import read_export
from tests.server.gesture_exports import DEFAULT, relabelled

NAMES = ("model.json", "metadata.json", "weights.bin", "meanings.json")


def head_of(client):
    return client.get("/api/v1/kiosk").json["gesture_head"]


@pytest.mark.parametrize("name", NAMES)
def test_the_default_model_is_there_for_every_kiosk(client, name):
    answer = client.get(head_of(client).replace("model.json", name))
    assert answer.status_code == 200
    expected = DEFAULT.get(name, b'{"CAPTURE": "CAPTURE", "IDLE": "IDLE", "O": "O", "X": "X"}')
    assert answer.data == expected
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_model_that_is_put_to_use_has_another_address(client, db):
    before = head_of(client)
    model = gesture_models.keep(db, read_export(relabelled("만세", "동그라미", "엑스", "대기")))
    gesture_models.use_everywhere(db, model)
    after = head_of(client)
    assert after != before
    assert client.get(after).data == relabelled("만세", "동그라미", "엑스", "대기")["model.json"]
    meanings = client.get(after.replace("model.json", "meanings.json")).json
    assert meanings == {"만세": "CAPTURE", "동그라미": "O", "엑스": "X", "대기": "IDLE"}
    gesture_models.explain(db, model, {"대기": "X"})
    assert head_of(client) != after, "what the labels mean is part of the address"
    assert client.get(after).status_code == 404
    gesture_models.use_everywhere(db, None)
    assert head_of(client) == before


def test_a_kiosk_is_told_of_its_own_model(client, db, instructor):
    kiosk, token = kiosks.register(db, "Room 1", instructor)
    model = gesture_models.keep(db, read_export(relabelled("만세", "동그라미", "엑스", "대기")))
    gesture_models.use_at(db, instructor, kiosk.id, model)
    default = head_of(client)
    client.set_cookie("kiosk", token)
    own = head_of(client)
    assert own != default
    assert f'data-gesture-head="{own}"' in client.get("/kiosk").text
    kiosk.revoked_at = utc_now()
    db.commit()
    assert head_of(client) == default


@pytest.mark.parametrize("name", ["SOURCES.md", "..%2fSOURCES.md", "model.json.bak", ".model.json"])
def test_nothing_else_is(auth, client, instructor, name):
    auth.sign_in(instructor)
    version = head_of(client).split("/")[-2]
    assert client.get(f"/gestures/{version}/{name}").status_code == 404
    assert client.get(f"/gestures/{'0' * 32}/model.json").status_code == 404


def test_the_page_names_files_that_are_there(client):
    page = client.get("/kiosk").text
    for attribute in ("data-pose-net", "data-gesture-head"):
        address = re.search(f'{attribute}="([^"]+)"', page)[1]
        with client.get(address) as answer:
            assert answer.status_code == 200, address


def test_an_operators_own_default(client, runtime, settings, tmp_path):
    """Read again when it changes; where it is no export, only gestures are missing."""
    folder = tmp_path / "own"
    shutil.copytree(settings.gestures_dir, folder)
    runtime.default_gestures.folder = folder
    before = head_of(client)
    metadata = json.loads((folder / "metadata.json").read_bytes())
    (folder / "metadata.json").write_text(
        json.dumps(metadata | {"labels": ["만세", "O", "X", "IDLE"]}), "utf-8"
    )
    changed = head_of(client)
    assert changed != before
    assert client.get(changed.replace("model.json", "meanings.json")).json["만세"] == "CAPTURE"
    (folder / "weights.bin").write_bytes(b"cut")
    assert client.get("/kiosk").status_code == 200
    assert client.get(head_of(client)).status_code == 404
