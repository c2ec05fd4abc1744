"""Codes by which browsers ask to become kiosks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "pairing_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kiosk_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["kiosk.id"], name="fk_pairing_code_kiosk_id_kiosk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pairing_code"),
        sa.UniqueConstraint("code", name="uq_pairing_code_code"),
    )
    op.create_index("ix_pairing_code_secret_hash", "pairing_code", ["secret_hash"], unique=False)


def downgrade() -> None:
    op.drop_table("pairing_code")
