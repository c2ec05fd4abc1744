"""Gesture models that instructors brought or taught."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "gesture_label_meaning",
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("gesture", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("label", name="pk_gesture_label_meaning"),
    )
    op.create_table(
        "gesture_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("files_sha256", sa.String(length=64), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("meanings", sa.JSON(), nullable=False),
        sa.Column("tfjs_version", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.Column("for_everyone", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_json", sa.LargeBinary(), nullable=False),
        sa.Column("metadata_json", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("origin IN ('imported', 'taught')", name=op.f("ck_gesture_model_origin")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name="fk_gesture_model_created_by_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gesture_model"),
        sa.UniqueConstraint("files_sha256", name="uq_gesture_model_files_sha256"),
    )
    op.create_index("ix_gesture_model_created_by", "gesture_model", ["created_by"], unique=False)
    op.create_table(
        "kiosk_gesture_model",
        sa.Column("kiosk_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["kiosk.id"], name="fk_kiosk_gesture_model_kiosk_id_kiosk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["gesture_model.id"],
            name="fk_kiosk_gesture_model_model_id_gesture_model",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("kiosk_id", name="pk_kiosk_gesture_model"),
    )
    op.create_index("ix_kiosk_gesture_model_model_id", "kiosk_gesture_model", ["model_id"], unique=False)


def downgrade() -> None:
    for table in ("kiosk_gesture_model", "gesture_model", "gesture_label_meaning"):
        op.drop_table(table)
