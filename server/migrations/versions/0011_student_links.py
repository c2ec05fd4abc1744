"""Personal links for students."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "student_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('attendance', 'enrolment')", name=op.f("ck_student_link_purpose")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_student_link_course_id_course", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name="fk_student_link_created_by_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_student_link_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_student_link"),
        sa.UniqueConstraint("token_hash", name="uq_student_link_token_hash"),
    )
    op.create_index("ix_student_link_course_student", "student_link", ["course_id", "student_id"])
    op.create_index("ix_student_link_student_id", "student_link", ["student_id"])


def downgrade() -> None:
    op.drop_table("student_link")
