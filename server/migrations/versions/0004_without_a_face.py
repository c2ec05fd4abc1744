"""Ways in without a face: cards, phones, PINs; and how each visit was made."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

METHODS = "method IN ('face', 'card', 'phone', 'pin', 'manual')"
METHODS_BEFORE = "method IN ('face', 'manual')"


def upgrade() -> None:
    op.create_table(
        "student_pass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('card', 'phone')", name=op.f("ck_student_pass_kind")),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["account.id"], name="fk_student_pass_issued_by_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_student_pass_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_student_pass"),
        sa.UniqueConstraint("device_hash", name="uq_student_pass_device_hash"),
        sa.UniqueConstraint("token_hash", name="uq_student_pass_token_hash"),
    )
    op.create_index("ix_student_pass_student_id", "student_pass", ["student_id"], unique=False)
    op.create_table(
        "student_pin",
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_by"], ["account.id"], name="fk_student_pin_set_by_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_student_pin_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("student_id", name="pk_student_pin"),
    )
    op.add_column(
        "check_in", sa.Column("method", sa.String(length=16), server_default="face", nullable=False)
    )
    _allow(METHODS)


def downgrade() -> None:
    op.execute("UPDATE attendance SET method = 'manual' WHERE method IN ('card', 'phone', 'pin')")
    _allow(METHODS_BEFORE)
    op.drop_column("check_in", "method")
    op.drop_table("student_pin")
    op.drop_table("student_pass")


def _allow(methods: str) -> None:
    with op.batch_alter_table("attendance") as attendance:
        attendance.drop_constraint(op.f("ck_attendance_method"), type_="check")
        attendance.create_check_constraint(op.f("ck_attendance_method"), methods)
