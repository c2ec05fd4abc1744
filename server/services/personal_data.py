"""Everything that is kept about one student: gathered from every table that refers to them."""

import base64
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

from server.models import AuditEntry, Base, FacePhoto, FaceTemplate, OutboxEvent, Student
from server.services import readable_rows
from server.services.vault import Vault

MOST_FOUND = 20


def search(db: Session, words: str) -> list[Student]:
    """Students whose number or name begins with or holds the words; nobody for no words."""
    words = " ".join(words.split())
    if not words:
        return []
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    query = select(Student).where(
        Student.number.ilike(pattern, escape="\\") | Student.name.ilike(pattern, escape="\\")
    )
    return list(db.scalars(query.order_by(Student.name, Student.number).limit(MOST_FOUND)))


def tables_about_students() -> Iterator[tuple[Table, list[Column[Any]]]]:
    """Every table that refers to a student, with the columns that do. New tables are found by themselves."""
    for table in Base.metadata.sorted_tables:
        columns = [key.parent for key in table.foreign_keys if key.column.table.name == "student"]
        if columns:
            yield table, columns


def collect(db: Session, vault: Vault, student: Student) -> dict[str, Any]:
    """All of it, as JSON knows it. Keys and hashes of secrets stay out; photos are listed, not held."""
    told: dict[str, Any] = {"student": readable_rows.plain(Base.metadata.tables["student"], student.__dict__)}
    for table, columns in tables_about_students():
        mine = columns[0] == student.id
        for column in columns[1:]:
            mine = mine | (column == student.id)
        if rows := readable_rows.rows(db, table, mine):
            told[table.name] = rows
    templates = db.scalars(select(FaceTemplate).where(FaceTemplate.student_id == student.id))
    told["embeddings"] = [
        {
            "embedder": one.embedder_id,
            "photo": one.photo_id,
            "float32": base64.b64encode(
                vault.open_template(one.vector_encrypted, one.student_id, one.embedder_id).tobytes()
            ).decode(),
        }
        for one in templates
    ]
    told["events"] = [
        {"at": one.created_at.isoformat(), "type": one.type, **one.payload}
        for one in events_about(db, student.id)
    ]
    told["audit_log"] = [
        {"at": one.at.isoformat(), "action": one.action, "by_account": one.actor_id}
        for one in db.scalars(
            select(AuditEntry)
            .where(AuditEntry.subject == f"student:{student.id}")
            .order_by(AuditEntry.number)
        )
    ]
    return told


def photos(db: Session, vault: Vault, student_id: int) -> dict[int, bytes]:
    """The photos as JPEG files, by id."""
    rows = db.scalars(select(FacePhoto).where(FacePhoto.student_id == student_id).order_by(FacePhoto.id))
    return {row.id: vault.open_photo(row.image_encrypted, student_id) for row in rows}


def events_about(db: Session, student_id: int) -> list[OutboxEvent]:
    """Events for dashboards that tell of the student."""
    telling = OutboxEvent.type.in_(("attendance", "visit_resolved"))
    told_of = OutboxEvent.payload["student"]["id"].as_integer()
    return list(
        db.scalars(select(OutboxEvent).where(telling, told_of == student_id).order_by(OutboxEvent.id))
    )
