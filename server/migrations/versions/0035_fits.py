"""Fits of rosters as jobs, and a history of versions that outlives their files."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
older_versions_work = True


def upgrade() -> None:
    op.create_table(
        "roster_fit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(254), nullable=False),
        sa.Column("reason", sa.String(64), nullable=True),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'overtaken', 'failed')",
            name=op.f("ck_roster_fit_state"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_roster_fit_course_id_course", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_roster_fit"),
    )
    op.create_index("ix_roster_fit_course", "roster_fit", ["course_id", "id"])
    with op.batch_alter_table("roster_model_version") as table:
        table.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("removed_because", sa.String(16), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM roster_model_version WHERE removed_at IS NOT NULL")
    with op.batch_alter_table("roster_model_version") as table:
        table.drop_column("removed_because")
        table.drop_column("removed_at")
    op.drop_table("roster_fit")
