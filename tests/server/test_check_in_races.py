"""Check-ins that happen at the same moment, with real threads on the real database."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from recognition.roster_model import Decision
from server.exceptions import ServerError
from server.models import Attendance, CheckIn, OutboxEvent, utc_now
from server.services import check_ins, class_sessions
from server.services.check_ins import Visit
from tests.server.people import Visitor, fresh

THREADS = 8


@pytest.fixture
def at_once():
    """Runs a function in several threads that all set out together; gives the results in order."""

    def run(function, arguments):
        barrier = threading.Barrier(len(arguments))

        def one(argument):
            barrier.wait()
            return function(argument)

        with ThreadPoolExecutor(len(arguments)) as pool:
            return list(pool.map(one, arguments))

    return run


def count(db, table, *where):
    return fresh(db).scalar(select(func.count()).select_from(table).where(*where))


def visit_to(demo_class, nonce=None):
    return Visit(nonce or str(uuid.uuid4()), demo_class.session.id, None, utc_now())


def matched(student_id):
    return Decision("match", label=str(student_id), score=0.9, margin=0.5, threshold=0.6)


def test_the_same_nonce_at_once_is_one_visit(runtime, demo_class, db, at_once):
    visit, decision = visit_to(demo_class), matched(demo_class.student_of(0))

    def record(_):
        with runtime.sessions() as own:
            return check_ins.record(own, visit, decision)

    answers = at_once(record, range(THREADS))
    assert count(db, CheckIn) == 1
    first = answers[0]
    assert all((one.http_status, one.body) == (first.http_status, first.body) for one in answers)
    assert [one.repeated for one in answers].count(False) == 1


def test_the_same_nonce_at_once_through_the_api(app, demo_class, db, at_once):
    nonce = str(uuid.uuid4())
    frames = demo_class.probes[demo_class.student_of(0)][:1]
    responses = at_once(
        lambda _: Visitor(app.test_client(), demo_class.session.id).show(frames, nonce), range(4)
    )
    assert count(db, CheckIn) == 1
    assert {response.status_code for response in responses} == {200}
    assert len({response.data for response in responses}) == 1


def test_one_student_at_many_kiosks_is_recorded_once(runtime, demo_class, db, at_once):
    student_id = demo_class.student_of(0)
    ids = []
    for _ in range(THREADS):
        answer = check_ins.record(db, visit_to(demo_class), matched(student_id))
        assert answer.body["reason"] == "match"
        ids.append(answer.body["id"])

    def accept(check_in_id):
        with runtime.sessions() as own:
            return check_ins.answer(own, check_in_id, None, "O")

    answers = at_once(accept, ids)
    assert count(db, Attendance) == 1
    assert count(db, OutboxEvent, OutboxEvent.type == "attendance") == 1
    reasons = sorted(answer.body["reason"] for answer in answers)
    assert reasons == ["already_checked_in"] * (THREADS - 1) + ["match"]
    assert len({answer.body["attendance"]["recorded_at"] for answer in answers}) == 1
    assert count(db, CheckIn, CheckIn.status == "accepted") == THREADS


def test_o_and_x_at_once_have_one_outcome(runtime, demo_class, db, at_once):
    for number in range(5):
        answer = check_ins.record(db, visit_to(demo_class), matched(demo_class.student_of(number)))
        check_in_id = answer.body["id"]

        def give(value, check_in_id=check_in_id):
            with runtime.sessions() as own:
                try:
                    return check_ins.answer(own, check_in_id, None, value).body["status"]
                except ServerError as error:
                    return error.reason

        outcomes = set(at_once(give, ["O", "X"]))
        assert outcomes in ({"accepted", "already_answered"}, {"discarded", "already_answered"})
        recorded = count(db, Attendance, Attendance.check_in_id == check_in_id)
        assert recorded == (1 if "accepted" in outcomes else 0)


def test_a_whole_class_at_once(runtime, demo_class, db, at_once):
    def arrive(student_id):
        with runtime.sessions() as own:
            answer = check_ins.record(own, visit_to(demo_class), matched(student_id))
            return check_ins.answer(own, answer.body["id"], None, "O").body["status"]

    assert set(at_once(arrive, sorted(demo_class.probes))) == {"accepted"}
    assert count(db, Attendance) == 10
    counts = [
        event.payload["counts"]["present"]
        for event in fresh(db).scalars(
            select(OutboxEvent).where(OutboxEvent.type == "attendance").order_by(OutboxEvent.id)
        )
    ]
    assert counts == list(range(1, 11))


def test_closing_while_students_answer_leaves_one_row_each(runtime, demo_class, db, at_once):
    ids = [
        check_ins.record(db, visit_to(demo_class), matched(student_id)).body["id"]
        for student_id in sorted(demo_class.probes)
    ]

    def act(check_in_id):
        with runtime.sessions() as own:
            if check_in_id is None:
                class_sessions.close(own, own.merge(demo_class.session, load=True))
                return "closed"
            try:
                return check_ins.answer(own, check_in_id, None, "O").body["status"]
            except ServerError as error:
                return error.reason

    outcomes = at_once(act, [*ids[:5], None, *ids[5:]])
    accepted = outcomes.count("accepted")
    assert accepted + outcomes.count("session_closed") == 10
    assert count(db, Attendance) == 10
    assert count(db, Attendance, Attendance.status == "present") == accepted
