"""Apparent gender over the API and on the page: off until its purpose is stated, kept and used nowhere."""

import io

import grimp
import pytest
from PIL import Image
from sqlalchemy import select

from recognition.weights import GENDER, ensure
from server.exceptions import BadSetting
from server.models import AuditEntry, Base
from server.settings import Settings, load_settings
from tests.server.kept_files import kept_files
from tests.server.pages.conftest import Browser, words
from tests.server.test_description import check

PATH = "/api/v1/distinctions"
PURPOSE = "Showing a class how such networks err."
PARTS = {
    "recognition.distinguisher",
    "recognition.distinction",
    "server.distinguishing",
    "server.services.distinctions",
}
USERS = {
    "recognition",
    "recognition.__main__",
    "recognition.gender_export",
    "server.views.api.distinctions",
    "server.views.pages.distinguish",
    "benchmarks.distinguish",
}
"""All that may know of the parts: nothing that decides is among them."""


@pytest.fixture
def picture(demo_people):
    return next((demo_people / "kai" / "probe").glob("*.jpg")).read_bytes()


@pytest.fixture(scope="module")
def grey():
    held = io.BytesIO()
    Image.new("RGB", (120, 120), "grey").save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def signed_in(auth, instructor):
    return auth.sign_in(instructor)


@pytest.fixture
def browser(signed_in):
    return Browser(signed_in)


def send(auth, picture, **headers):
    data = {} if picture is None else {"picture": (io.BytesIO(picture), "a.jpg")}
    return auth.client.post(PATH, data=data, headers={"X-CSRFToken": auth.token(), **headers})


class TestOff:
    def test_the_call_says_so(self, signed_in, picture, db):
        answer = send(signed_in, picture)
        check(answer, PATH, "post")
        assert (answer.status_code, answer.json["reason"]) == (409, "distinguish_off")
        assert not db.scalars(select(AuditEntry).where(AuditEntry.action == "gender_distinguished")).all()

    def test_the_page_says_so_and_has_no_form(self, browser, picture):
        for page in (
            browser.get("/distinguish"),
            browser.post("/distinguish", {"picture": (io.BytesIO(picture), "a.jpg")}),
        ):
            assert page.status_code == 409
            assert "the operator has not stated what it would be for" in words(page.text)
            assert "multipart/form-data" not in page.text
        assert "/distinguish" not in browser.get("/verify").text


class TestOn:
    @pytest.fixture
    def settings(self, settings, weights_dir):
        ensure(weights_dir, [GENDER])
        return Settings(**{**settings.model_dump(), "distinguish_purpose": PURPOSE})

    def test_shares_and_codes(self, signed_in, picture, grey):
        answer = send(signed_in, picture)
        check(answer, PATH, "post")
        assert (answer.status_code, answer.json["code"], answer.json["purpose"]) == (200, 1, PURPOSE)
        (face,) = answer.json["faces"]
        assert sum(face["percent"].values()) == pytest.approx(100, abs=0.15)
        for content, status, code in ((grey, 200, -1), (b"no picture", 422, -21)):
            answer = send(signed_in, content)
            check(answer, PATH, "post")
            assert (answer.status_code, answer.json["code"], answer.json["faces"]) == (status, code, [])
        for content in (None, b""):
            assert send(signed_in, content).json["reason"] == "picture_needed"
        korean = send(signed_in, grey, **{"Accept-Language": "ko"})
        assert korean.json["message"] == "사진에서 얼굴을 찾지 못했습니다."

    def test_it_is_for_accounts(self, auth, grey):
        assert send(auth, grey).json["reason"] == "sign_in_required"

    def test_the_page_shows_the_purpose_and_keeps_nothing_but_that_it_was_asked(
        self, browser, picture, settings, db, instructor
    ):
        assert 'href="/distinguish"' in browser.get("/verify").text
        assert PURPOSE in words(browser.get("/distinguish").text)
        before = kept_files(settings.data_dir)
        page = browser.post("/distinguish", {"picture": (io.BytesIO(picture), "a.jpg")})
        assert page.status_code == 200
        assert page.text.count("<rect") == 1
        assert PURPOSE in words(page.text)
        browser.language = "ko"
        korean = browser.post("/distinguish", {"picture": (io.BytesIO(picture), "a.jpg")})
        assert {"여성", "남성"} <= set(words(korean.text).split())
        assert kept_files(settings.data_dir) == before
        entries = db.scalars(select(AuditEntry).where(AuditEntry.action == "gender_distinguished")).all()
        noted = {(entry.actor_id, entry.subject, *entry.detail.items()) for entry in entries}
        assert (len(entries), noted) == (2, {(instructor.id, "", ("purpose", PURPOSE))})

    def test_what_cannot_be_used_is_said(self, browser):
        page = browser.post("/distinguish", {"picture": (io.BytesIO(b"no picture"), "a.jpg")})
        assert (page.status_code, "The picture cannot be read." in words(page.text)) == (422, True)
        page = browser.post("/distinguish", {})
        assert (page.status_code, "Please fill this in." in words(page.text)) == (422, True)


def test_without_the_network_the_operator_is_named(settings, engine, instructor, tmp_path, grey):
    from server import create_app
    from tests.server.people import Auth

    (tmp_path / "no-weights").mkdir()
    changed = {"distinguish_purpose": PURPOSE, "weights_dir": tmp_path / "no-weights"}
    app = create_app(Settings(**{**settings.model_dump(), **changed}), engine=engine)
    answer = send(Auth(app).sign_in(instructor), grey)
    check(answer, PATH, "post")
    assert (answer.status_code, answer.json["reason"]) == (503, "distinguish_network_missing")


def test_a_purpose_is_a_sentence(monkeypatch):
    monkeypatch.setenv("FACE_CHECKIN_DISTINGUISH_PURPOSE", "  ")
    assert load_settings().distinguish_purpose == ""
    monkeypatch.setenv("FACE_CHECKIN_DISTINGUISH_PURPOSE", "yes")
    with pytest.raises(BadSetting, match="states the purpose"):
        load_settings()


def test_no_decision_can_ask_it():
    graph = grimp.build_graph("recognition", "training", "server", "benchmarks", cache_dir=None)
    knowing = set().union(*(graph.find_modules_that_directly_import(part) for part in PARTS))
    assert knowing - PARTS == USERS


def test_no_table_has_a_place_for_it():
    columns = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert not {name for name in columns if "gender" in name or name == "sex"}
