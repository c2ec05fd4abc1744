"""Two pictures over the API and on the page: the verdict, the matrix, and nothing kept."""

import io

import pytest
from PIL import Image

from tests.server.kept_files import kept_files
from tests.server.pages.conftest import words
from tests.server.test_description import check

PATH = "/api/v1/verifications"


@pytest.fixture
def pictures(demo_people):
    """By person, two pictures as bytes."""
    return {
        name: [path.read_bytes() for path in sorted((demo_people / name / "probe").glob("*.jpg"))[:2]]
        for name in ("kai", "omar")
    }


@pytest.fixture(scope="module")
def grey():
    held = io.BytesIO()
    Image.new("RGB", (120, 120), "grey").save(held, "PNG")
    return held.getvalue()


def send(auth, first, second, **fields):
    data = {
        name: (io.BytesIO(content), f"{name}.jpg")
        for name, content in (("first", first), ("second", second))
        if content is not None
    }
    return auth.client.post(PATH, data={**data, **fields}, headers={"X-CSRFToken": auth.token()})


@pytest.fixture
def signed_in(auth, instructor):
    return auth.sign_in(instructor)


def test_verdicts(signed_in, pictures):
    for other, code in ((pictures["kai"][1], 2), (pictures["omar"][0], 0)):
        answer = send(signed_in, pictures["kai"][0], other, metric="euclidean_l2")
        check(answer, PATH, "post")
        assert (answer.status_code, answer.json["code"], answer.json["same"]) == (200, code, code == 2)
        assert answer.json["distances"] == [[answer.json["distance"]]]
        assert [len(own) for own in answer.json["faces"]] == [1, 1]


def test_what_cannot_be_compared(signed_in, pictures, grey):
    somebody = pictures["kai"][0]
    for first, second, status, code in (
        (b"no picture", somebody, 422, -22),
        (somebody, b"no picture", 422, -21),
        (grey, somebody, 200, -2),
        (somebody, grey, 200, -1),
    ):
        answer = send(signed_in, first, second)
        check(answer, PATH, "post")
        assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"metric": "manhattan"}, "metric_invalid"),
        ({"threshold": "near"}, "threshold_invalid"),
        ({"threshold": "nan"}, "threshold_invalid"),
        ({"threshold": "3"}, "threshold_invalid"),
    ],
)
def test_bad_fields(signed_in, grey, fields, reason):
    answer = send(signed_in, grey, grey, **fields)
    check(answer, PATH, "post")
    assert (answer.status_code, answer.json["reason"]) == (400, reason)


def test_both_pictures_and_an_account_are_needed(auth, instructor, grey):
    answer = send(auth, grey, grey)
    check(answer, PATH, "post")
    assert answer.json["reason"] == "sign_in_required"
    auth.sign_in(instructor)
    for first, second in ((grey, None), (None, grey), (grey, b"")):
        assert send(auth, first, second).json["reason"] == "pictures_missing"


def test_the_message_is_in_the_language_of_the_request(signed_in, grey):
    data = {name: (io.BytesIO(grey), f"{name}.png") for name in ("first", "second")}
    headers = {"X-CSRFToken": signed_in.token(), "Accept-Language": "ko"}
    answer = signed_in.client.post(PATH, data=data, headers=headers)
    assert answer.json["message"] == "첫 번째 사진에서 얼굴을 찾지 못했습니다."


class TestPage:
    def send(self, browser, first, second, **fields):
        files = {"first": (io.BytesIO(first), "a.jpg"), "second": (io.BytesIO(second), "b.jpg")}
        return browser.post("/verify", {"metric": "cosine", **files, **fields})

    def test_the_verdict_with_boxes_and_matrix(self, browser, pictures, settings):
        before = kept_files(settings.data_dir)
        page = self.send(browser, *pictures["kai"])
        assert page.status_code == 200
        assert "The same person is in both pictures." in words(page.text)
        assert page.text.count("<rect") == 2
        assert page.text.count('href="data:image/jpeg;base64,') == 2
        assert 'class="within"' in page.text
        assert kept_files(settings.data_dir) == before

    def test_what_is_missing_or_wrong_is_said_at_its_field(self, browser, pictures):
        page = browser.post("/verify", {"metric": "cosine"})
        assert page.status_code == 422
        assert words(page.text).count("Please fill this in.") == 2
        page = self.send(browser, *pictures["kai"], threshold="near")
        assert page.status_code == 422
        assert "The threshold is between 0 and 2." in words(page.text)

    def test_an_unreadable_picture_has_its_sentence(self, browser, pictures):
        page = self.send(browser, pictures["kai"][0], b"no picture")
        assert page.status_code == 422
        assert "The second picture cannot be read." in words(page.text)

    def test_it_is_for_accounts(self, visitor_browser):
        assert visitor_browser.get("/verify").status_code == 302
