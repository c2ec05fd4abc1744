"""Roll-call over the API and on the page: seen, looked over, recorded with its method; nothing kept."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from server.models import Attendance
from server.services import class_sessions, courses
from tests.server.kept_files import kept_files
from tests.server.pages.conftest import words
from tests.server.people import fresh, make_account
from tests.server.test_description import check

PATH = "/api/v1/roll-calls"


def room(pictures):
    """A wide picture with these portraits side by side."""
    wide = Image.new("RGB", (60 + 260 * len(pictures), 400), (150, 146, 140))
    for place, picture in enumerate(pictures):
        wide.paste(Image.open(io.BytesIO(picture)).convert("RGB").resize((200, 200)), (40 + 260 * place, 90))
    held = io.BytesIO()
    wide.save(held, "JPEG", quality=92)
    return held.getvalue()


@pytest.fixture
def class_of_three(db, course, enrol_face, probes):
    """Kai and Laila with photos, Omar without; the session is open. Gives it with who is who."""
    students = {name: enrol_face(course, name, f"S-{name}") for name in ("kai", "laila")}
    students["omar"] = courses.add_student(db, course, "S-omar", "Omar")
    session = class_sessions.start(db, course, "Roll-call")
    return session, students, room([probes(name)[0] for name in ("kai", "omar", "sol")])


def ask(auth, session_id, picture, **fields):
    data = {"session_id": str(session_id), **fields}
    if picture is not None:
        data["picture"] = (io.BytesIO(picture), "room.jpg")
    return auth.client.post(PATH, data=data, headers={"X-CSRFToken": auth.token()})


def wait_for_model(runtime, course_id):
    runtime.live.look()
    assert runtime.live.get(course_id) is not None


@pytest.mark.parametrize("fields", [{}, {"live": "true"}])
def test_who_is_seen(auth, instructor, runtime, db, class_of_three, fields):
    session, students, picture = class_of_three
    wait_for_model(runtime, session.course_id)
    answer = ask(auth.sign_in(instructor), session.id, picture, **fields)
    check(answer, PATH, "post")
    assert (answer.json["known"], answer.json["unknown"]) == (1, 2)
    (known,) = [face for face in answer.json["faces"] if face["student"]]
    assert known["student"]["id"] == students["kai"].id
    assert known["status"] is None
    assert 40 < known["box"][0] + known["box"][2] / 2 < 240
    assert fresh(db).query(Attendance).count() == 0


def test_what_is_wrong_is_said(auth, instructor, db, class_of_three):
    session, _, picture = class_of_three
    stranger = make_account(db, "lee@x.example")
    assert ask(auth, session.id, picture).status_code == 401
    auth.sign_in(instructor)
    for status, reason, answer in (
        (400, "picture_missing", ask(auth, session.id, None)),
        (400, "invalid_session_id", ask(auth, "one", picture)),
        (404, "session_not_found", ask(auth, session.id + 99, picture)),
        (422, "not_an_image", ask(auth, session.id, b"no picture")),
        (404, "session_not_found", ask(auth.sign_in(stranger), session.id, picture)),
    ):
        check(answer, PATH, "post")
        assert (answer.status_code, answer.json["reason"]) == (status, reason)


class TestPage:
    def look(self, browser, session, picture):
        return browser.post(
            f"/sessions/{session.id}/roll-call", {"picture": (io.BytesIO(picture), "room.jpg")}
        )

    def test_boxes_names_and_unknowns(self, browser, runtime, settings, class_of_three):
        session, students, picture = class_of_three
        wait_for_model(runtime, session.course_id)
        before = kept_files(settings.data_dir)
        page = self.look(browser, session, picture)
        assert page.status_code == 200
        assert "1 known, 2 unknown" in words(page.text)
        assert page.text.count("<rect") == 3
        assert re.findall(r'type="checkbox" name="student" value="(\d+)"', page.text) == [
            str(students["kai"].id)
        ]
        assert kept_files(settings.data_dir) == before

    def test_the_instructor_confirms_and_names_an_unknown(self, browser, db, class_of_three):
        session, students, _ = class_of_three
        url = f"/sessions/{session.id}/roll-call/confirmation"
        chosen = [str(students["kai"].id), str(students["omar"].id), ""]
        page = browser.follow(browser.post(url, {"student": chosen, "status": "present"}))
        assert "2 students are recorded." in words(page)
        recorded = {one.student_id: (one.status, one.method) for one in fresh(db).query(Attendance)}
        assert recorded == {students[name].id: ("present", "roll_call") for name in ("kai", "omar")}

    def test_who_is_there_already_stays_as_recorded(self, browser, db, class_of_three):
        session, students, _ = class_of_three
        url = f"/sessions/{session.id}/roll-call/confirmation"
        browser.post(url, {"student": str(students["kai"].id), "status": "late"})
        both = [str(students["kai"].id), str(students["laila"].id)]
        page = browser.follow(browser.post(url, {"student": both, "status": "present"}))
        assert "1 student is recorded. 1 was there already." in words(page)
        recorded = {one.student_id: one.status for one in fresh(db).query(Attendance)}
        assert recorded == {students["kai"].id: "late", students["laila"].id: "present"}

    @pytest.mark.parametrize(
        ("student", "status", "said"),
        [
            ("", "present", "Nobody is chosen."),
            ("1", "absent", "A roll-call records present or late."),
        ],
    )
    def test_what_cannot_be_recorded(self, browser, db, class_of_three, student, status, said):
        session, _, _ = class_of_three
        url = f"/sessions/{session.id}/roll-call/confirmation"
        assert said in words(browser.follow(browser.post(url, {"student": student, "status": status})))
        assert fresh(db).query(Attendance).count() == 0

    def test_nobody_from_another_roster(self, browser, db, class_of_three):
        session, students, _ = class_of_three
        url = f"/sessions/{session.id}/roll-call/confirmation"
        answer = browser.post(url, {"student": [str(students["kai"].id), "9999"], "status": "present"})
        assert answer.status_code == 404
        assert fresh(db).query(Attendance).count() == 0

    def test_an_unreadable_picture_and_none(self, browser, class_of_three):
        session, _, _ = class_of_three
        page = self.look(browser, session, b"no picture")
        assert page.status_code == 422
        assert "This is not a picture." in words(page.text)
        page = browser.post(f"/sessions/{session.id}/roll-call")
        assert page.status_code == 422
        assert "Please fill this in." in words(page.text)

    def test_a_room_without_anybody(self, browser, class_of_three):
        session, _, _ = class_of_three
        held = io.BytesIO()
        Image.fromarray(np.full((480, 960, 3), 120, np.uint8)).save(held, "JPEG")
        assert "No face was found." in words(self.look(browser, session, held.getvalue()).text)
