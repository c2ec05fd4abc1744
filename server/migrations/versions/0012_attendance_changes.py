"""The log of changes, the reason of an entry, and the threshold that a visit's score had to reach."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

SOURCES = "source IN ('arrival', 'hand', 'closing', 'leaving', 'roll_call', 'visit', 'contest', 'undo')"


def upgrade() -> None:
    op.add_column("attendance", sa.Column("reason", sa.String(length=500), nullable=False, server_default=""))
    op.add_column("check_in", sa.Column("threshold", sa.Double(), nullable=True))
    op.create_table(
        "attendance_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("account_name", sa.String(length=120), nullable=True),
        sa.Column("kiosk_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(SOURCES, name=op.f("ck_attendance_change_source")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name="fk_attendance_change_account_id_account",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["kiosk.id"], name="fk_attendance_change_kiosk_id_kiosk", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["class_session.id"],
            name="fk_attendance_change_session_id_class_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_attendance_change_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attendance_change"),
    )
    op.create_index("ix_attendance_change_entry", "attendance_change", ["session_id", "student_id", "id"])
    op.create_index("ix_attendance_change_student_id", "attendance_change", ["student_id"])


def downgrade() -> None:
    op.drop_table("attendance_change")
    op.drop_column("check_in", "threshold")
    op.drop_column("attendance", "reason")
