"""The face as an account's second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0040"
older_versions_work = True


def upgrade() -> None:
    op.create_table(
        "account_face",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("consent_version", sa.String(length=16), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_face_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_face"),
    )
    op.create_table(
        "account_face_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("shot", sa.String(length=16), nullable=False),
        sa.Column("embedder_id", sa.String(length=120), nullable=False),
        sa.Column("vector_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("yaw", sa.Double(), nullable=False),
        sa.Column("pitch", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account_face.account_id"],
            name="fk_account_face_template_account_id_account_face",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_face_template"),
        sa.UniqueConstraint("account_id", "shot", name="uq_account_face_template_account_id_shot"),
    )
    op.create_table(
        "account_face_challenge",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('turn_left', 'turn_right')", name=op.f("ck_account_face_challenge_kind")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name="fk_account_face_challenge_account_id_account",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_face_challenge"),
    )
    op.create_index(
        "ix_account_face_challenge_expires_at", "account_face_challenge", ["expires_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("account_face_challenge")
    op.drop_table("account_face_template")
    op.drop_table("account_face")
