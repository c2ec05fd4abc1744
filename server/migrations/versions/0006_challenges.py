"""Challenges that show that a visitor is there, and what a record owes to one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("kiosk_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nonce", sa.String(length=36), nullable=True),
        sa.CheckConstraint("kind IN ('turn_left', 'turn_right')", name=op.f("ck_challenge_kind")),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["kiosk.id"], name="fk_challenge_kiosk_id_kiosk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["class_session.id"],
            name="fk_challenge_session_id_class_session",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
    )
    op.create_index("ix_challenge_expires_at", "challenge", ["expires_at"], unique=False)
    op.add_column("check_in", sa.Column("challenged", sa.Boolean(), nullable=True))
    op.add_column("attendance", sa.Column("challenged", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("attendance", "challenged")
    op.drop_column("check_in", "challenged")
    op.drop_table("challenge")
