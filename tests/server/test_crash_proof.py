"""What the crash test's proof finds when something is lost, doubled or out of order."""

from datetime import UTC, datetime

import pytest

from benchmarks import crash_proof
from benchmarks.crash_kiosk import Acknowledged
from benchmarks.dashboard import Event
from server.models import CheckIn, OutboxEvent
from server.services import claims, class_sessions, courses, passes
from server.services.check_ins import Visit


@pytest.fixture
def lesson(db, runtime, course, instructor):
    """A lesson with two arrivals: what the kiosk was told, and what a dashboard read."""
    session, told = class_sessions.start(db, course), []
    for number in ("1", "2"):
        student = courses.add_student(db, course, number, f"Student {number}")
        card = passes.issue_card(db, runtime.vault, student, instructor)
        visit = Visit(f"00000000-0000-4000-8000-00000000000{number}", session.id, None, datetime.now(UTC))
        body = claims.by_code(db, runtime.vault, visit, passes.card_text(runtime.vault, card)).body
        at = body["attendance"]["recorded_at"]
        told.append(
            Acknowledged(visit.nonce, body["id"], session.id, student.id, "accepted", "match", None, at)
        )
    class_sessions.close(db, session)
    rows = db.query(OutboxEvent).order_by(OutboxEvent.id)
    return told, {session.id: [Event(row.id, row.type, row.payload) for row in rows]}


def test_all_is_well(db, lesson):
    assert crash_proof.problems(db, *lesson) == []


def test_a_lost_visit(db, lesson):
    db.delete(db.query(CheckIn).first())
    db.commit()
    found = crash_proof.problems(db, *lesson)
    assert any("acknowledged and is not stored" in one for one in found)


def test_a_visit_that_nobody_was_told_of(db, lesson):
    told, seen = lesson
    found = crash_proof.problems(db, told[:1], seen)
    assert any("stored, but nobody was told" in one for one in found)
    assert any("one event too many" in one for one in found)


@pytest.mark.parametrize("change", [lambda e: e[:-1], lambda e: [*e, e[-1]], lambda e: e[::-1]])
def test_a_stream_with_a_gap_a_repetition_or_another_order(db, lesson, change):
    told, seen = lesson
    found = crash_proof.problems(db, told, {key: change(events) for key, events in seen.items()})
    assert len(found) == 1
    assert "the stream lacks" in found[0]
