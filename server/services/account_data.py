"""Everything that is kept about somebody who signs in, for themselves."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

from server.models import Account, AccountFaceTemplate, AuditEntry, Base, RosterDraft
from server.services import readable_rows

OTHERS = {RosterDraft.__tablename__}
"""They go with the account, but are lists of students."""


def tables_of_an_account() -> Iterator[tuple[Table, Column[Any]]]:
    """Every table whose rows go with an account, with the column that names it; new ones among them.

    Where an account is only noted as who did something to a record, the record is somebody else's.
    """
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            ours = key.column.table.name == "account" and key.parent.name == "account_id"
            if ours and key.ondelete == "CASCADE" and table.name not in OTHERS:
                yield table, key.parent


def collect(db: Session, account: Account) -> dict[str, Any]:
    """All of it, as JSON knows it: profile, sign-ins, second factors, courses, tokens, and what the audit log
    says about the account and of what it did. Keys, hashes and templates stay out.
    """
    told: dict[str, Any] = {"account": readable_rows.plain(Base.metadata.tables["account"], account.__dict__)}
    shots = (Base.metadata.tables["account_face_template"], AccountFaceTemplate.__table__.c.account_id)
    for table, column in (*tables_of_an_account(), shots):
        if rows := readable_rows.rows(db, table, column == account.id):
            told[table.name] = rows
    told["audit_log"] = [
        {
            "number": one.number,
            "at": one.at.isoformat(),
            "action": one.action,
            "about": one.subject,
            "by_account": one.actor_id,
            "detail": one.detail,
        }
        for one in db.scalars(
            select(AuditEntry)
            .where((AuditEntry.subject == f"account:{account.id}") | (AuditEntry.actor_id == account.id))
            .order_by(AuditEntry.number)
        )
    ]
    return told
