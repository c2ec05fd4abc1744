"""Roster models and uploads in the database, for replicas on several hosts."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
older_versions_work = True


def upgrade() -> None:
    op.create_table(
        "sealed_file",
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_sealed_file"),
    )


def downgrade() -> None:
    op.drop_table("sealed_file")
