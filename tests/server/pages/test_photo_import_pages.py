"""The pages of a ZIP of photos."""

import io
import json

import pytest
from sqlalchemy import event

from server.photo_importing import PhotoImporting
from server.services import courses, enrolment
from tests.server.test_photo_imports import zipped


@pytest.fixture
def content(demo_people):
    photos = sorted((demo_people / "dana" / "enrol").glob("*.jpg"))
    files = {f"1001/{n}.jpg": path.read_bytes() for n, path in enumerate(photos[:2])}
    return zipped({**files, "1002/1.jpg": photos[2].read_bytes(), "x.txt": b"x"})


@pytest.fixture
def url(db, course):
    for number, name in (("1001", "Dana"), ("1002", "Nuri")):
        courses.add_student(db, course, number, name)
    enrolment.record_consent(db, courses.roster(db, course)[0].student, "the test")
    return f"/courses/{course.id}/photo-imports"


def send(browser, url, content):
    """As a form without a script does it; gives the import's address."""
    answer = browser.post(url, {"zip": (io.BytesIO(content), "class.zip")})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def in_parts(browser, url, content, parts=None):
    headers = {"X-CSRFToken": browser.auth.token(), "Accept": "application/json"}
    told = json.dumps({"name": "class.zip", "size": len(content)})
    begun = browser.client.post(url, data=told, content_type="application/json", headers=headers).json
    size = begun["part_bytes"]
    for number, part in enumerate(begun["parts"]):
        if parts is None or number in parts:
            body = content[number * size : (number + 1) * size]
            sent = browser.client.post(
                part, data=body, content_type="application/octet-stream", headers=headers
            )
            assert sent.status_code == 200
    return begun, browser.client.post(begun["end"], headers=headers)


def test_from_the_zip_to_the_report(browser, url, content, runtime):
    job = send(browser, url, content)
    page = browser.get(job).text
    assert "4 photos, 2 students of this course" in page  # the text file is refused when it is read
    assert "Enrol 3 photos" in page
    assert "1 student has not agreed" in page
    assert "Nuri" in page
    browser.post(f"{job}/confirmation")
    running = browser.get(job).text
    assert 'data-live="1000"' in running
    assert 'max="4" value="1"' in running
    PhotoImporting(runtime, lambda: runtime.engine).import_photos(int(job.rsplit("/", 1)[1]))
    done = browser.get(job).text
    assert "data-live" not in done
    assert 'max="4" value="4"' in done
    assert "Consent comes first." in done
    assert "The name says no student number." in done
    only = browser.get(f"{job}?state=accepted").text
    assert only.count("<tr>") == 3
    assert "class.zip" in browser.get(url).text
    assert "1 of 2 students are recognised" in browser.get(url).text


def test_in_parts_and_again_after_it_was_broken_off(browser, url, content):
    padded = zipped({"1001/1.jpg": bytes(9 * 1024 * 1024)})
    begun, ended = in_parts(browser, url, padded, parts={0})
    assert ended.status_code == 400
    assert (len(begun["parts"]), begun["kept"]) == (2, [])
    again, ended = in_parts(browser, url, padded, parts={1})
    assert again["kept"] == [0]
    assert again["parts"] == begun["parts"]
    assert browser.get(ended.json["url"]).status_code == 200
    assert (
        browser.client.post(
            begun["parts"][0], data=b"", headers={"X-CSRFToken": browser.auth.token()}
        ).status_code
        == 409
    )


def test_it_can_be_stopped(browser, url, content):
    job = send(browser, url, content)
    page = browser.follow(browser.post(f"{job}/cancellation"))
    assert "Cancelled" in page
    assert browser.post(f"{job}/confirmation").status_code == 409


@pytest.mark.parametrize("files", [{}, {"zip": (io.BytesIO(b""), "")}])
def test_nothing_sent_is_said(browser, url, files):
    answer = browser.post(url, files)
    assert answer.status_code == 422
    assert "There is no photo in the ZIP." in answer.text


def test_a_zip_that_cannot_be_used_says_why(browser, url):
    page = browser.get(send(browser, url, b"no zip at all")).text
    assert "The ZIP is damaged, or no ZIP at all." in page


@pytest.mark.parametrize("told", ["[]", "{}", '{"name": 1, "size": 2}', '{"name": "a", "size": true}'])
def test_nonsense_is_refused(browser, url, told):
    headers = {"X-CSRFToken": browser.auth.token(), "Accept": "application/json"}
    assert (
        browser.client.post(url, data=told, content_type="application/json", headers=headers).status_code
        == 400
    )


def test_another_course_gives_nothing(browser, db, url, content, administrator):
    job = send(browser, url, content)
    other = courses.create(db, administrator, "X", "X", "Asia/Seoul", 10)
    for path in ("", "/parts/0", "/end-of-upload", "/confirmation", "/cancellation"):
        elsewhere = f"/courses/{other.id}/photo-imports/{job.rsplit('/', 1)[1]}{path}"
        assert (browser.post if path else browser.get)(elsewhere).status_code == 404
    assert browser.get(f"{job}?state=nonsense").status_code == 404


def test_the_page_asks_the_database_a_few_times_only(browser, url, demo_people, runtime):
    """However many photos there are."""
    counts = []
    for many in (5, 60):
        job = send(browser, url, zipped({f"1001/{n}.jpg": b"x" for n in range(many)}))
        asked = []
        event.listen(runtime.database, "before_cursor_execute", lambda *_, asked=asked: asked.append(1))
        browser.get(job)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 1
