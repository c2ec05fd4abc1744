"""QR codes on cards and phones: what a kiosk reads from them, and when it lets nobody in."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from server.exceptions import Gone
from server.models import Attendance, StudentPass, utc_now
from server.services import class_sessions, courses, kiosks, passes
from tests.server.people import fresh, reason


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "20260001", "남궁하늘별")


@pytest.fixture
def session(db, course):
    return class_sessions.start(db, course, "Cells")


@pytest.fixture
def kiosk(app, db, instructor):
    """A paired browser."""
    _, token = kiosks.register(db, "Room 204", instructor)
    client = app.test_client()
    client.set_cookie("kiosk", token)
    return client


@pytest.fixture
def phone(db, runtime, student, instructor):
    made, token = passes.issue_phone_link(db, runtime.vault, student, instructor)
    passes.take_phone(db, token)
    return made


def read(kiosk, session, code, nonce=None):
    """The kiosk has read this code."""
    body = {
        "nonce": nonce or str(uuid.uuid4()),
        "session_id": session.id,
        "captured_at": datetime.now(UTC).isoformat(),
        "code": code,
    }
    return kiosk.post("/api/v1/check-ins/codes", json=body)


class TestCard:
    def test_it_records_the_arrival_with_its_method(self, kiosk, session, db, runtime, student, instructor):
        card = passes.issue_card(db, runtime.vault, student, instructor)
        answer = read(kiosk, session, passes.card_text(runtime.vault, card))
        assert (answer.json["reason"], answer.json["status"]) == ("match", "accepted")
        assert answer.json["student"]["name"] == "남궁하늘별"
        (record,) = fresh(db).query(Attendance).all()
        assert (record.student_id, record.status, record.method) == (student.id, "present", "card")
        again = read(kiosk, session, passes.card_text(runtime.vault, card))
        assert again.json["reason"] == "already_checked_in"

    def test_a_nonce_is_answered_once(self, kiosk, session, db, runtime, student, instructor):
        text = passes.card_text(runtime.vault, passes.issue_card(db, runtime.vault, student, instructor))
        nonce = str(uuid.uuid4())
        assert read(kiosk, session, text, nonce).json == read(kiosk, session, text, nonce).json
        assert fresh(db).query(Attendance).count() == 1

    def test_revoked_or_replaced_it_lets_nobody_in(self, kiosk, session, db, runtime, student, instructor):
        first = passes.issue_card(db, runtime.vault, student, instructor)
        second = passes.issue_card(db, runtime.vault, student, instructor)
        passes.revoke(db, student, second.id)
        for card in (first, second):
            answer = read(kiosk, session, passes.card_text(runtime.vault, card))
            assert (answer.status_code, answer.json["reason"]) == (422, "code_unknown")
        assert fresh(db).query(Attendance).count() == 0

    def test_it_is_not_kept_in_clear(self, db, runtime, student, instructor):
        card = passes.issue_card(db, runtime.vault, student, instructor)
        token = passes.card_text(runtime.vault, card).split(".")[1].encode()
        assert token not in card.secret_sealed
        assert token not in card.token_hash.encode()

    def test_a_student_of_another_course_is_not_on_the_roster(self, kiosk, session, db, runtime, instructor):
        other = courses.create(db, instructor, "CS102", "Hearing machines", "Asia/Seoul", 10)
        stranger = courses.add_student(db, other, "20260002", "Baek")
        card = passes.issue_card(db, runtime.vault, stranger, instructor)
        assert read(kiosk, session, passes.card_text(runtime.vault, card)).json["reason"] == "not_on_roster"

    def test_after_the_session_nothing_is_recorded(self, kiosk, session, db, runtime, student, instructor):
        class_sessions.close(db, session)
        card = passes.issue_card(db, runtime.vault, student, instructor)
        answer = read(kiosk, session, passes.card_text(runtime.vault, card))
        assert (answer.status_code, answer.json["reason"]) == (409, "session_closed")


class TestPhone:
    def test_its_code_lets_its_owner_in_once(self, kiosk, session, db, runtime, phone):
        code = passes.shown(runtime.vault, phone, utc_now()).text
        assert read(kiosk, session, code).json["reason"] == "match"
        assert fresh(db).query(Attendance).one().method == "phone"
        assert read(kiosk, session, code).json["reason"] == "code_used"

    @pytest.mark.parametrize(
        ("age_s", "taken"), [(0, True), (15, True), (30, False), (3600, False), (-30, False)]
    )
    def test_a_picture_of_it_is_worthless_soon(self, db, runtime, phone, age_s, taken):
        now = datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC)
        code = passes.shown(runtime.vault, phone, now - timedelta(seconds=age_s)).text
        if taken:
            assert passes.redeem(db, runtime.vault, code, now).id == phone.id
        else:
            with pytest.raises(passes.CodeRefused, match="code_expired"):
                passes.redeem(db, runtime.vault, code, now)

    def test_it_changes_and_says_when(self, runtime, phone):
        at = datetime(2026, 3, 2, 9, 0, 4, tzinfo=UTC)
        now, next_ = (passes.shown(runtime.vault, phone, at + timedelta(seconds=s)) for s in (0, 11))
        assert now.seconds == 11
        assert now.text != next_.text

    def test_its_link_works_once(self, db, runtime, student, instructor):
        _, token = passes.issue_phone_link(db, runtime.vault, student, instructor)
        passes.take_phone(db, token)
        with pytest.raises(Gone, match="pass_link_used"):
            passes.take_phone(db, token)

    def test_revoked_its_codes_and_its_page_end(self, kiosk, session, db, runtime, student, phone):
        code = passes.shown(runtime.vault, phone, utc_now()).text
        passes.revoke(db, student, phone.id)
        assert read(kiosk, session, code).json["reason"] == "code_unknown"


@pytest.mark.parametrize(
    "code",
    ["x", "https://school.example", "FC1.", "FC1.abc", "FC2.1.ABC", "FC2..", "FC2.99999999999.A", "FC2.²3.A"],
)
def test_other_codes_let_nobody_in(kiosk, session, code):
    assert read(kiosk, session, code).json["reason"] == "code_unknown"


@pytest.mark.parametrize("code", ["", "x" * 81, 7, None])
def test_what_is_no_code_is_refused(kiosk, session, code):
    assert reason(read(kiosk, session, code)) == "invalid_code"


def test_a_browser_that_is_no_kiosk_takes_no_codes(client, session):
    assert reason(read(client, session, "FC1.abc")) == "kiosk_not_paired"


class TestPages:
    def test_a_student_takes_the_link_and_shows_codes(self, app, auth, course, student, instructor, db):
        auth.sign_in(instructor)
        url = f"/courses/{course.id}/students/{student.id}/passes/phone"
        page = auth.client.post(url, data={"csrf_token": auth.token()}).text
        link = page.split('id="phone-link" href="http://localhost')[1].split('"')[0]
        phone = app.test_client()
        assert "남궁하늘별" in phone.get(link).text
        assert fresh(db).query(StudentPass).one().device_hash is None, "looking does not use it up"
        phone_auth = type(auth)(app)
        phone_auth.client = phone
        taken = phone.post(link, data={"csrf_token": phone_auth.token()})
        assert taken.headers["Location"] == "/my-code"
        assert "HttpOnly" in taken.headers["Set-Cookie"]
        assert "data:image/svg+xml" in phone.get("/my-code").text
        assert 1 <= phone.get("/my-code/now").json["seconds"] <= 15
        assert app.test_client().get(link).status_code == 410
        assert app.test_client().get("/my-code").status_code == 410

    def test_cards_are_issued_to_all_and_printed_together(self, auth, course, student, instructor, db):
        courses.add_student(db, course, "20260003", "Choi")
        auth.sign_in(instructor)
        auth.client.post(f"/courses/{course.id}/cards", data={"csrf_token": auth.token()})
        page = auth.client.get(f"/courses/{course.id}/cards").text
        assert page.count('class="qr-card"') == 2
        assert "남궁하늘별" in page
        only = auth.client.get(f"/courses/{course.id}/cards?student={student.id}").text
        assert only.count('class="qr-card"') == 1

    def test_somebody_elses_students_are_out_of_reach(self, auth, course, student, administrator, db):
        from tests.server.people import make_account

        auth.sign_in(make_account(db, "lee@school.example"))
        for path in ("pin", "passes/card", "passes/phone"):
            url = f"/courses/{course.id}/students/{student.id}/{path}"
            assert auth.client.post(url, data={"csrf_token": auth.token()}).status_code == 404
