"""Leaving early, and being seen in a roll-call picture."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

STATUSES = "status IN ('present', 'late', 'absent', 'excused', 'left_early')"
STATUSES_BEFORE = "status IN ('present', 'late', 'absent', 'excused')"
METHODS = "method IN ('face', 'card', 'phone', 'pin', 'roll_call', 'manual')"
METHODS_BEFORE = "method IN ('face', 'card', 'phone', 'pin', 'manual')"


def upgrade() -> None:
    op.add_column("attendance", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    _allow(STATUSES, METHODS)


def downgrade() -> None:
    op.execute("UPDATE attendance SET status = 'present' WHERE status = 'left_early'")
    op.execute("UPDATE attendance SET method = 'manual' WHERE method = 'roll_call'")
    _allow(STATUSES_BEFORE, METHODS_BEFORE)
    op.drop_column("attendance", "left_at")


def _allow(statuses: str, methods: str) -> None:
    with op.batch_alter_table("attendance") as table:
        table.drop_constraint(op.f("ck_attendance_status"), type_="check")
        table.create_check_constraint(op.f("ck_attendance_status"), statuses)
        table.drop_constraint(op.f("ck_attendance_method"), type_="check")
        table.create_check_constraint(op.f("ck_attendance_method"), methods)
