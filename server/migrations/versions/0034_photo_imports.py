"""ZIPs of photos of many students, and what became of each photo."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "photo_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(40), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=True),
        sa.Column("consents_on_paper", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('uploading', 'ready', 'running', 'done', 'refused', 'cancelled')",
            name=op.f("ck_photo_import_state"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_photo_import_course_id_course"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["account.id"],
            name=op.f("fk_photo_import_created_by_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photo_import"),
        sa.UniqueConstraint("folder", name=op.f("uq_photo_import_folder")),
    )
    op.create_index("ix_photo_import_course", "photo_import", ["course_id", "id"])
    op.create_table(
        "photo_import_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("student_number", sa.String(64), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused')", name=op.f("ck_photo_import_item_state")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["photo_import.id"],
            name=op.f("fk_photo_import_item_import_id_photo_import"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
            name=op.f("fk_photo_import_item_student_id_student"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photo_import_item"),
        sa.UniqueConstraint("import_id", "position", name=op.f("uq_photo_import_item_import_id_position")),
    )
    op.create_index("ix_photo_import_item_student_id", "photo_import_item", ["student_id"])


def downgrade() -> None:
    op.drop_table("photo_import_item")
    op.drop_table("photo_import")
