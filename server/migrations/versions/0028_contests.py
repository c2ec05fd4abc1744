"""What students say against entries, and the answers."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False, server_default=""),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_name", sa.String(length=120), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open', 'accepted', 'declined')", name=op.f("ck_contest_status")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name="fk_contest_answered_by_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["class_session.id"],
            name="fk_contest_session_id_class_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_contest_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contest"),
    )
    op.create_index(
        "uq_contest_open_entry",
        "contest",
        ["session_id", "student_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_contest_session_student", "contest", ["session_id", "student_id"])
    op.create_index("ix_contest_student_id", "contest", ["student_id"])


def downgrade() -> None:
    op.drop_table("contest")
