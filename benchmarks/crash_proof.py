"""What must hold after a crash test: the database and the streams against what the kiosks were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.crash_kiosk import Acknowledged
from benchmarks.dashboard import Event
from server.models import Attendance, AttendanceChange, CheckIn, OutboxEvent

VISIT_STATUSES = {"final", "discarded"}
"""Ends of a visit that the dashboards hear of as a visit in vain."""


def problems(db: Session, told: Sequence[Acknowledged], seen: dict[int, list[Event]]) -> list[str]:
    """Each thing that is not as it must be, in words; none when all is well.

    told: by all kiosks; seen: each session's events as a dashboard read them.
    """
    sessions = sorted(seen)
    found = _database_is_whole(db) + _visits(db, told, sessions) + _attendance(db, told, sessions)
    for session_id in sessions:
        found += _events(db, session_id, [one for one in told if one.session_id == session_id])
        found += _stream(db, session_id, seen[session_id])
    return found


def _database_is_whole(db: Session) -> list[str]:
    if db.get_bind().dialect.name != "sqlite":
        return []
    connection = db.connection()
    (verdict,) = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return ([] if verdict == "ok" else [f"the database is damaged: {verdict}"]) + [
        f"a reference leads nowhere: {row}" for row in broken
    ]


def _visits(db: Session, told: Sequence[Acknowledged], sessions: Sequence[int]) -> list[str]:
    rows = db.scalars(select(CheckIn).where(CheckIn.session_id.in_(sessions))).all()
    stored = {row.nonce: row for row in rows}
    found = [f"nonce {nonce} was answered {n} times" for nonce, n in _more_than_once(o.nonce for o in told)]
    if len(stored) != len(rows):
        found.append(f"{len(rows) - len(stored)} visits are stored twice")
    strange = stored.keys() - {one.nonce for one in told}
    found += [f"visit {nonce} is stored, but nobody was told" for nonce in strange]
    for one in told:
        row = stored.get(one.nonce)
        if row is None:
            found.append(f"visit {one.nonce} was acknowledged and is not stored")
        elif (row.id, row.status, row.answer) != (one.id, one.status, one.answer):
            found.append(f"visit {one.nonce} is stored as {row.status} {row.answer}, acknowledged as {one}")
    return found


def _attendance(db: Session, told: Sequence[Acknowledged], sessions: Sequence[int]) -> list[str]:
    rows = db.scalars(select(Attendance).where(Attendance.session_id.in_(sessions))).all()
    stored = {(row.session_id, row.student_id): row for row in rows if row.method is not None}
    accepted = {(one.session_id, one.student_id): one for one in told if one.status == "accepted"}
    arrivals = db.execute(
        select(AttendanceChange.session_id, AttendanceChange.student_id).where(
            AttendanceChange.session_id.in_(sessions), AttendanceChange.source == "arrival"
        )
    )
    changes = Counter(tuple(row) for row in arrivals)
    found = [f"{key} is recorded, but nobody was told" for key in stored.keys() - accepted.keys()]
    for key, one in accepted.items():
        row = stored.get(key)
        if row is None:
            found.append(f"{key} was acknowledged and is not recorded")
        elif (row.check_in_id, row.recorded_at.isoformat()) != (one.id, one.recorded_at):
            found.append(f"{key} is recorded at {row.recorded_at}, acknowledged as {one}")
        if changes[key] != 1:
            found.append(f"{key} arrived {changes[key]} times by the history")
    return found


def _events(db: Session, session_id: int, told: Sequence[Acknowledged]) -> list[str]:
    """Each arrival, each visit in vain and the lesson's end are told once."""
    rows = db.scalars(select(OutboxEvent).where(OutboxEvent.session_id == session_id)).all()
    told_of = Counter((row.type, row.payload["student"]["id"]) for row in rows if row.type == "attendance")
    told_of += Counter((row.type, row.payload["id"]) for row in rows if row.type == "visit")
    wanted = Counter(("attendance", one.student_id) for one in told if one.status == "accepted")
    wanted += Counter(("visit", one.id) for one in told if one.status in VISIT_STATUSES)
    found = [f"session {session_id}: no event of {key}" for key in wanted - told_of]
    return found + [f"session {session_id}: one event too many of {key}" for key in told_of - wanted]


def _stream(db: Session, session_id: int, seen: Sequence[Event]) -> list[str]:
    """A dashboard read what was written, in order, each event once."""
    wanted = db.scalars(
        select(OutboxEvent.id).where(OutboxEvent.session_id == session_id).order_by(OutboxEvent.id)
    ).all()
    read = [event.id for event in seen]
    if read == list(wanted):
        return []
    missing, twice = set(wanted) - set(read), [key for key, _ in _more_than_once(read)]
    return [f"session {session_id}: the stream lacks {sorted(missing)}, repeats {twice}, or is out of order"]


def _more_than_once(values: Iterable[object]) -> list[tuple[object, int]]:
    return [(value, n) for value, n in Counter(values).items() if n > 1]
