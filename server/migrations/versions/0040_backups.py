"""Backups that were made, and what must not come back with them."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "backup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("archive_id", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("with_keys", sa.Boolean(), nullable=False),
        sa.Column("nightly", sa.Boolean(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_backup"),
        sa.UniqueConstraint("archive_id", name="uq_backup_archive_id"),
    )
    op.create_table(
        "row_removal",
        sa.Column("row_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('erased', 'withdrawn')", name=op.f("ck_row_removal_kind")),
        sa.PrimaryKeyConstraint("row_hash", "kind", name="pk_row_removal"),
    )


def downgrade() -> None:
    op.drop_table("row_removal")
    op.drop_table("backup")
