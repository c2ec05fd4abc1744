"""Checking out, where a course asks for it, and the minimum stay."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

TABLES = ("course", "class_session")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("check_out", sa.Boolean(), server_default=sa.false(), nullable=False))
        op.add_column(
            table, sa.Column("minimum_stay_minutes", sa.Integer(), server_default="0", nullable=False)
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "minimum_stay_minutes")
        op.drop_column(table, "check_out")
