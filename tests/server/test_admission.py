"""How many visits are let in at a time, and what the others are told."""

import io
import uuid
from datetime import UTC, datetime

import pytest

from server.admission import MOST, RETRY_AFTER_S, Admission
from server.exceptions import NotReady
from server.models import CheckIn
from server.services import class_sessions
from tests.server.people import fresh, reason


@pytest.fixture
def session_id(db, course):
    course.is_demo = True  # so that any browser may use it
    db.commit()
    return class_sessions.start(db, course).id


def visit(client, session, nonce=None, **fields):
    data = {
        "nonce": nonce or str(uuid.uuid4()),
        "session_id": str(session),
        "captured_at": datetime.now(UTC).isoformat(),
        "frames": (io.BytesIO(b"no picture" * 20_000), "1.jpg"),
        **fields,
    }
    return client.post("/api/v1/check-ins", data=data, headers={"Accept-Language": "ko"})


@pytest.mark.parametrize(
    ("threads", "streams", "room"),
    [(24, 0, MOST), (24, 10, 8), (24, 12, 8), (24, 16, 4), (4, 0, 3), (4, 2, 1), (4, 3, 1)],
)
def test_pages_and_streams_keep_their_threads(threads, streams, room):
    admission = Admission(threads, lambda: streams)
    assert admission.room == room
    for _ in range(room):
        admission.enter()
    with pytest.raises(NotReady, match="busy"):
        admission.enter()
    assert (admission.inside, admission.refused) == (room, 1)
    admission.leave()
    admission.enter()


def test_one_too_many_is_told_at_once_when_to_come_again(app, client, runtime, db, session_id):
    for _ in range(runtime.admission.room):
        runtime.admission.enter()
    nonce = str(uuid.uuid4())
    body = io.BytesIO(b"x" * 300_000)
    refused = client.post("/api/v1/check-ins", input_stream=body, content_length=300_000)
    assert (refused.status_code, reason(refused)) == (503, "busy")
    assert body.read() == b"", "a request that is not read to its end breaks the connection off"
    refused = visit(client, session_id, nonce)
    assert RETRY_AFTER_S[0] <= int(refused.headers["Retry-After"]) <= RETRY_AFTER_S[1]
    assert refused.json["message"] == "지금 요청이 많습니다. 잠시 후 다시 시도해 주세요."
    for way in ("codes", "pins"):
        assert client.post(f"/api/v1/check-ins/{way}", json={}).status_code == 503
    assert fresh(db).query(CheckIn).count() == 0
    assert client.get("/sign-in").status_code == 200
    assert client.get("/api/v1/kiosk").status_code == 200
    answer = client.post(f"/api/v1/check-ins/{uuid.uuid4()}/answer", json={"answer": "O"})
    assert answer.status_code == 404, "who was let in is served to the end"
    runtime.admission.leave()
    assert visit(client, session_id, nonce).status_code == 415
    assert fresh(db).query(CheckIn).count() == 1


def test_everybody_who_was_let_in_leaves_again(client, runtime, session_id):
    before = runtime.admission.room
    for fields in ({}, {"nonce": "none"}, {"session_id": "999"}, {"frames": ""}):
        visit(client, session_id, **fields)
    assert runtime.admission.inside == 0
    assert runtime.admission.room == before
