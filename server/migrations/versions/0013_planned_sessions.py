"""Planned sessions that open and close by themselves; a course's defaults and its term."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

STATUSES = "status IN ('scheduled', 'open', 'closed', 'cancelled', 'missed')"
STATUSES_BEFORE = "status IN ('scheduled', 'open', 'closed')"


def upgrade() -> None:
    op.add_column("course", sa.Column("absent_after_minutes", sa.Integer(), nullable=True))
    for name, minutes in (("opens_before_minutes", "15"), ("session_minutes", "60")):
        op.add_column("course", sa.Column(name, sa.Integer(), server_default=minutes, nullable=False))
    op.add_column("course", sa.Column("term_name", sa.String(length=100), server_default="", nullable=False))
    for name in ("term_first_day", "term_last_day"):
        op.add_column("course", sa.Column(name, sa.Date(), nullable=True))
    for name in ("ends_at", "opens_at"):
        op.add_column("class_session", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("class_session", sa.Column("absent_after_minutes", sa.Integer(), nullable=True))
    op.add_column(
        "class_session", sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _allow(STATUSES)
    op.create_index("ix_class_session_status_opens", "class_session", ["status", "opens_at"])


def downgrade() -> None:
    op.execute("UPDATE class_session SET status = 'closed' WHERE status IN ('cancelled', 'missed')")
    op.drop_index("ix_class_session_status_opens", table_name="class_session")
    _allow(STATUSES_BEFORE)
    for name in ("edited", "absent_after_minutes", "opens_at", "ends_at"):
        op.drop_column("class_session", name)
    for name in ("term_last_day", "term_first_day", "term_name", "session_minutes"):
        op.drop_column("course", name)
    for name in ("opens_before_minutes", "absent_after_minutes"):
        op.drop_column("course", name)


def _allow(statuses: str) -> None:
    with op.batch_alter_table("class_session") as table:
        table.drop_constraint(op.f("ck_class_session_status"), type_="check")
        table.create_check_constraint(op.f("ck_class_session_status"), statuses)
