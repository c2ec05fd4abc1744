"""The audit log."""

import secrets

import pytest
from sqlalchemy import delete, insert, select, update

from server import __main__ as program
from server.models import AuditEntry, AuditHead, ClassSession, utc_now
from server.services import audit, courses
from server.services.audit import AuditLog
from tests.server.pages.conftest import Browser
from tests.server.people import PASSWORD, Auth, fresh


@pytest.fixture
def browser(app, instructor):
    return Browser(Auth(app).sign_in(instructor))


@pytest.fixture
def log(runtime, db):
    for number in range(1, 6):
        runtime.audit.record(db, "sign_in", actor_id=number, subject=f"account:{number}", way="password")
    return runtime.audit


def changed(db, statement):
    db.execute(statement)
    db.commit()


def test_what_was_written_is_in_order(log, db):
    assert log.verify(db) is None
    assert log.verify(db, audit.head(db)) is None
    log.record(db, "sign_in")
    assert log.verify(db) is None


@pytest.mark.parametrize(
    ("number", "values"),
    [
        (1, {"actor_id": 9}),
        (3, {"detail": {"way": "passkey"}}),
        (3, {"at": utc_now()}),
        (5, {"subject": "account:1"}),
        (2, {"mac": "0" * 64}),
    ],
)
def test_a_changed_entry_is_found(log, db, number, values):
    changed(db, update(AuditEntry).where(AuditEntry.number == number).values(values))
    found = log.verify(db)
    assert (found.number, found.kind) == (number, "changed")


@pytest.mark.parametrize(
    ("number", "found_at", "kind"), [(1, 2, "missing"), (3, 4, "missing"), (5, 4, "end")]
)
def test_a_removed_entry_is_found(log, db, number, found_at, kind):
    changed(db, delete(AuditEntry).where(AuditEntry.number == number))
    found = log.verify(db)
    assert (found.number, found.kind) == (found_at, kind)


def test_cutting_off_the_end_with_its_head_is_found(log, db):
    kept = db.get(AuditEntry, 3).mac
    changed(db, update(AuditHead).values(number=3, mac=kept))
    changed(db, delete(AuditEntry).where(AuditEntry.number > 3))
    assert log.verify(db).kind == "end"


def test_an_entry_made_without_the_key_is_found(log, db):
    AuditLog(secrets.token_bytes(32)).record(db, "student_erased", subject="student:1")
    found = log.verify(db)
    assert (found.number, found.kind) == (6, "changed")


def test_an_inserted_entry_is_found(log, db):
    row = {"number": 0, "at": utc_now(), "action": "sign_in", "subject": "", "detail": {}, "mac": "0" * 64}
    changed(db, insert(AuditEntry).values(row))
    assert log.verify(db).kind == "missing"


def test_an_older_copy_of_the_whole_log_is_found_by_what_was_noted(log, db):
    older = {table: db.execute(select(table.__table__)).mappings().all() for table in (AuditHead, AuditEntry)}
    for _ in range(3):
        log.record(db, "sign_in")
    noted = audit.head(db)
    for table, rows in older.items():
        changed(db, delete(table))
        changed(db, insert(table).values([dict(row) for row in rows]))
    assert log.verify(db) is None
    assert log.verify(db, noted).kind == "other"


def test_the_command(log, db, settings, monkeypatch, capsys):
    monkeypatch.setenv("FACE_CHECKIN_DATA_DIR", str(settings.data_dir))
    number, mac = audit.head(db)
    db.commit()
    assert program.main(["audit", "verify", "--expect", f"{number}:{mac}"]) == 0
    assert f"{number}:{mac}" in capsys.readouterr().out
    changed(db, update(AuditEntry).where(AuditEntry.number == 2).values(action="sign_out"))
    assert program.main(["audit", "verify"]) == 65
    assert "Entry 2 was changed" in capsys.readouterr().err


def test_what_is_written_down(browser, app, db, course, runtime, instructor):
    student = courses.add_student(db, course, "20260001", "Ahn Somin")
    course_id, student_id, email = course.id, student.id, instructor.email
    db.commit()
    somebody = Browser(Auth(app))
    for password in ("wrong", PASSWORD):
        somebody.post("/sign-in", {"email": email, "password": password})
    browser.post("/kiosks", {"name": "Room 204"})
    browser = Browser(Auth(app).sign_in(instructor))
    browser.post(f"/courses/{course_id}/students/{student_id}/consent", {"agreed": "y"})
    browser.post(f"/courses/{course_id}/students/{student_id}/consent/withdrawal")
    browser.post(f"/courses/{course_id}/sessions")
    session_id = fresh(db).scalars(select(ClassSession)).one().id
    assert browser.get(f"/sessions/{session_id}/attendance.csv").status_code == 200
    browser.post(f"/courses/{course_id}/archive")
    entries = fresh(db).scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
    assert [(one.action, one.subject.partition(":")[0]) for one in entries] == [
        ("sign_in_failed", "account"),
        ("sign_in", "account"),
        ("kiosk_paired", "kiosk"),
        ("consent_given", "student"),
        ("consent_withdrawn", "student"),
        ("attendance_exported", "session"),
        ("settings_changed", "course"),
    ]
    assert runtime.audit.verify(db) is None
    written = " ".join(f"{one.subject} {one.detail}" for one in entries)
    assert "Ahn" not in written
    assert "20260001" not in written


def test_the_page_is_for_administrators_and_auditors(app, db, administrator, instructor, log):
    page = Browser(Auth(app).sign_in(administrator)).get("/audit?action=sign_in&subject=account:3").text
    assert page.count("<tr>") == 2
    assert Browser(Auth(app).sign_in(instructor)).get("/audit").status_code == 403
    instructor.role = "auditor"
    db.commit()
    assert Browser(Auth(app).sign_in(instructor)).get("/audit").status_code == 200


def test_it_is_paginated(log, db):
    for _ in range(100):
        log.record(db, "sign_in")
    shown = audit.page(db, number=99)
    assert (shown.number, shown.pages, shown.total, len(shown.entries)) == (3, 3, 105, 5)
    assert audit.page(db).entries[0].number == 105
