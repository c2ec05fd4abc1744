"""The page Gestures."""

import io
import zipfile

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from server.services import gesture_models, kiosks
from tests.server.gesture_exports import DEFAULT, bent, packed, relabelled
from tests.server.pages.conftest import words

ODD = ("wave", "동그라미", "<b>x</b>", "대기")


def upload(browser, *files, **options):
    """Sends the form with its files, encoded here: the test client would leave temporary files open."""
    parts = [FileStorage(io.BytesIO(content), name, "export") for name, content in files]
    form = {"csrf_token": browser.auth.token(), "export": parts, **options.pop("fields", {})}
    boundary, body = encode_multipart(MultiDict(form))
    headers = {"Accept-Language": browser.language, **options.pop("headers", {})}
    content_type = f"multipart/form-data; boundary={boundary}"
    return browser.client.post("/gestures", data=body, content_type=content_type, headers=headers)


def test_nobody_else_may(visitor_browser):
    assert "/sign-in" in visitor_browser.get("/gestures").headers["Location"]
    assert upload(visitor_browser, ("x.zip", packed(DEFAULT))).status_code in (302, 401)


def test_a_zip_is_brought_explained_used_and_taken_back(browser, db, instructor):
    kiosk, _ = kiosks.register(db, "Room 204", instructor)
    files = relabelled(*ODD)
    page = browser.follow(upload(browser, ("export.zip", packed(files))))
    assert "Some labels are new" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    db.rollback()
    (model,) = gesture_models.list_all(db)
    home = f"/gestures/models/{model.id}"
    early = browser.post(f"{home}/use", {"target": "all"})
    assert early.status_code == 409
    assert "First say what each label" in early.text
    wrong = browser.post(f"{home}/labels", {"label-0": "JUMP"})
    assert wrong.status_code == 400
    page = browser.follow(browser.post(f"{home}/labels", {"label-0": "CAPTURE", "label-2": "X"}))
    assert "Use it at all kiosks" in page
    assert "It does not know" not in page
    page = browser.follow(browser.post(f"{home}/use", {"target": str(kiosk.id)}))
    assert "Room 204 uses face-check-in now" in words(page)
    page = browser.follow(browser.post("/gestures/default", {"target": str(kiosk.id)}))
    assert "uses what all kiosks use" in words(page)
    page = browser.follow(browser.post(f"{home}/use", {"target": "all"}))
    assert "In use" in page
    page = browser.follow(browser.post("/gestures/default", {"target": "all"}))
    assert "All kiosks use the default model now." in words(page)
    with zipfile.ZipFile(io.BytesIO(browser.get(f"{home}/export.zip").data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
    browser.follow(browser.post(f"{home}/removal"))
    db.rollback()
    assert gesture_models.list_all(db) == []


def test_three_files_are_as_good_as_a_zip(browser, db):
    answer = upload(browser, *DEFAULT.items(), fields={"name": "Lab", "origin": "taught", "target": "all"})
    assert answer.status_code == 302
    db.rollback()
    (model,) = gesture_models.list_all(db)
    assert (model.name, model.origin, model.for_everyone) == ("Lab", "taught", True)


def test_what_was_taught_is_used_at_this_kiosk_and_comes_back_in(browser, db, instructor):
    kiosk, token = kiosks.register(db, "Room 204", instructor)
    browser.client.set_cookie("kiosk", token)
    assert f'<option value="{kiosk.id}">At this kiosk: Room 204' in browser.get("/gestures/teach").text
    default = browser.get("/api/v1/kiosk").json["gesture_head"]
    taught = {"name": "Our room", "origin": "taught", "target": str(kiosk.id)}
    files = relabelled("CAPTURE", "O", "X", "IDLE")
    answer = upload(browser, *files.items(), fields=taught, headers={"Accept": "application/json"})
    assert answer.status_code == 201
    own = browser.get("/api/v1/kiosk").json["gesture_head"]
    assert own != default
    assert browser.get(own).data == files["model.json"]
    again = upload(browser, ("gestures.zip", browser.get(f"{answer.json['url']}/export.zip").data))
    assert again.headers["Location"] == answer.json["url"]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("files", "status", "reason"),
    [
        ([("export.zip", b"no zip")], 415, "gesture_not_a_zip"),
        ([("export.zip", packed(bent(weights=b"cut")))], 422, "gesture_weights_truncated"),
        ([("model.json", DEFAULT["model.json"])], 422, "gesture_file_missing"),
        ([], 422, "gesture_file_missing"),
        ([("export.zip", packed({"../model.json": b"{}"}))], 422, "gesture_zip_unsafe"),
    ],
)
def test_refusals_say_why(browser, files, status, reason, language):
    from server.messages import message

    browser.language = language
    answer = upload(browser, *files)
    assert answer.status_code == status
    assert message(reason, language) in answer.text
    told = upload(browser, *files, headers={"Accept": "application/json"})
    assert (told.status_code, told.json["reason"]) == (status, reason)


def test_what_is_not_there(browser):
    assert browser.get("/gestures/models/9").status_code == 404
    assert browser.post("/gestures/default", {"target": "9"}).status_code == 404
