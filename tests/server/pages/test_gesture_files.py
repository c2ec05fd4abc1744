"""The gesture model and PoseNet, as kiosks load them."""

import re

import pytest


@pytest.mark.parametrize("name", ["model.json", "metadata.json", "weights.bin"])
def test_the_gesture_model_is_there_for_every_kiosk(client, settings, name):
    with client.get(f"/gestures/{name}") as answer:
        assert answer.status_code == 200
        assert answer.data == (settings.gestures_dir / name).read_bytes()
        assert answer.headers["Cache-Control"] == "no-cache"


def test_an_unchanged_file_is_not_sent_again(client):
    with client.get("/gestures/model.json") as first:
        known = first.headers["ETag"]
    with client.get("/gestures/model.json", headers={"If-None-Match": known}) as again:
        assert again.status_code == 304


@pytest.mark.parametrize("name", ["SOURCES.md", "..%2fSOURCES.md", "model.json.bak", ".model.json"])
def test_nothing_else_is(auth, client, instructor, name):
    auth.sign_in(instructor)
    assert client.get(f"/gestures/{name}").status_code == 404


def test_the_page_names_files_that_are_there(client):
    page = client.get("/kiosk").text
    for attribute in ("data-pose-net", "data-gesture-head"):
        address = re.search(f'{attribute}="([^"]+)"', page)[1]
        with client.get(address) as answer:
            assert answer.status_code == 200, address
