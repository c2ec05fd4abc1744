"""Who a visit without a result was."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "visit_resolution",
        sa.Column("check_in_id", sa.String(length=36), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("account_name", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_visit_resolution_account_id_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["check_in_id"],
            ["check_in.id"],
            name="fk_visit_resolution_check_in_id_check_in",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_visit_resolution_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("check_in_id", name="pk_visit_resolution"),
    )
    op.create_index("ix_visit_resolution_student_id", "visit_resolution", ["student_id"])


def downgrade() -> None:
    op.drop_table("visit_resolution")
