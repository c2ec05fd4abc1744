"""The log of changes, and taking changes back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from server.exceptions import Conflict, Invalid, NotFound
from server.models import Attendance, AttendanceChange
from server.services import attendance, attendance_log, attendance_undo, class_sessions, courses
from tests.server.people import fresh


@pytest.fixture
def students(db, course):
    return [courses.add_student(db, course, str(n), name) for n, name in enumerate(["Ahn", "Bae", "Choi"])]


@pytest.fixture
def session(db, course, students):
    return class_sessions.start(db, course)


def told(db, session, student):
    """The changes, oldest first: source, before, after, who, reason."""
    return [
        (one.source, one.before and one.before["status"], one.after and one.after["status"], one.account_name)
        for one in reversed(attendance_log.history(db, session.id, student.id))
    ]


def newest(db, session, student):
    return attendance_log.history(db, session.id, student.id)[0].id


def test_every_way_to_change_an_entry_is_noted(db, session, students, instructor):
    attendance.mark(db, session, students[0], "present", instructor)
    attendance.mark(db, session, students[0], "excused", instructor, "  a cold,\n 38.5° ")
    class_sessions.close(db, session)
    assert told(db, session, students[0]) == [
        ("hand", None, "present", "Kim"),
        ("hand", "present", "excused", "Kim"),
    ]
    assert attendance_log.history(db, session.id, students[0].id)[0].reason == "a cold, 38.5°"
    assert told(db, session, students[1]) == [("closing", None, "absent", None)]


def test_an_arrival_is_noted_with_its_kiosk(db, demo_class, visitor, probes):
    first = visitor.show(probes("dana")[2:3]).json
    visitor.answer(first["id"], "O")
    student = first["student"]["id"]
    (change,) = attendance_log.history(fresh(db), demo_class.session.id, student)
    assert (change.source, change.before, change.after["method"]) == ("arrival", None, "face")
    entry = next(one for one in attendance.live_roster(db, demo_class.session) if one.student.id == student)
    assert entry.confidence in {"very_sure", "sure", "just_enough"}


def test_the_log_agrees_with_what_is_recorded(db, session, students, instructor):
    for status in ("late", "absent", "excused"):
        attendance.mark(db, session, students[0], status, instructor)
    class_sessions.close(db, session)
    for record in db.scalars(select(Attendance)):
        last = attendance_log.history(db, session.id, record.student_id)[0]
        assert last.after == attendance_log.snapshot(record)


def test_what_was_noted_cannot_be_altered(db, session, students, instructor):
    attendance.mark(db, session, students[0], "present", instructor)
    db.scalars(select(AttendanceChange)).one().reason = "never mind"
    with pytest.raises(TypeError, match="cannot be altered"):
        db.flush()


def test_the_reason_shows_and_goes_with_the_next_change(db, session, students, instructor):
    attendance.mark(db, session, students[0], "excused", instructor, "a cold")
    assert attendance.find(db, session, students[0].id).reason == "a cold"
    attendance.mark(db, session, students[0], "present", instructor)
    assert attendance.find(db, session, students[0].id).reason == ""
    with pytest.raises(Invalid, match="reason_too_long"):
        attendance.mark(db, session, students[0], "excused", instructor, "a" * 501)


class TestUndo:
    def test_it_puts_back_what_was_there(self, db, session, students, instructor):
        first = attendance.mark(db, session, students[0], "late", instructor, "the bus")
        before = attendance_log.snapshot(first)
        attendance.mark(db, session, students[0], "absent", instructor)
        attendance_undo.undo(db, session, students[0], newest(db, session, students[0]), instructor)
        assert attendance_log.snapshot(attendance.find(db, session, students[0].id)) == before
        assert told(db, session, students[0])[-1] == ("undo", "absent", "late", "Kim")

    def test_the_first_change_taken_back_leaves_nothing(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        attendance_undo.undo(db, session, students[0], newest(db, session, students[0]), instructor)
        assert attendance.find(db, session, students[0].id) is None
        assert attendance.counts(db, session)["waiting"] == 3

    def test_an_undo_can_be_undone(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        for _ in range(2):
            attendance_undo.undo(db, session, students[0], newest(db, session, students[0]), instructor)
        assert attendance.find(db, session, students[0].id).status == "present"

    def test_not_when_something_newer_happened(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        first = newest(db, session, students[0])
        attendance.mark(db, session, students[0], "absent", instructor)
        with pytest.raises(Conflict, match="change_not_newest"):
            attendance_undo.undo(db, session, students[0], first, instructor)
        assert attendance.find(db, session, students[0].id).status == "absent"

    def test_not_when_the_entry_was_changed_past_the_log(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        db.execute(text("UPDATE attendance SET status = 'late'"))
        db.commit()
        assert attendance_undo.undoable(db, session, students[0]) is None
        with pytest.raises(Conflict, match="change_not_newest"):
            attendance_undo.undo(db, session, students[0], newest(db, session, students[0]), instructor)

    def test_not_another_entrys_change(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        with pytest.raises(NotFound, match="change_not_found"):
            attendance_undo.undo(db, session, students[1], newest(db, session, students[0]), instructor)

    def test_after_closing_who_was_waited_for_is_absent(self, db, session, students, instructor):
        attendance.mark(db, session, students[0], "present", instructor)
        class_sessions.close(db, session)
        attendance_undo.undo(db, session, students[0], newest(db, session, students[0]), instructor)
        record = attendance.find(db, session, students[0].id)
        assert (record.status, record.method, record.recorded_at) == ("absent", None, session.closed_at)
        attendance_undo.undo(db, session, students[0], newest(db, session, students[0]), instructor)
        assert attendance.find(db, session, students[0].id).status == "present"

    def test_two_at_once_undo_once(self, db, session, students, instructor, runtime):
        attendance.mark(db, session, students[0], "late", instructor)
        attendance.mark(db, session, students[0], "absent", instructor)
        change_id = newest(db, session, students[0])

        def undo(_):
            with runtime.sessions() as own:
                mine = [own.merge(one, load=True) for one in (session, students[0], instructor)]
                try:
                    attendance_undo.undo(own, mine[0], mine[1], change_id, mine[2])
                except Conflict as conflict:
                    return conflict.reason
                return "undone"

        db.commit()
        with ThreadPoolExecutor(4) as pool:
            answers = sorted(pool.map(undo, range(4)))
        assert answers == ["change_not_newest"] * 3 + ["undone"]
        assert len(told(db, session, students[0])) == 3
