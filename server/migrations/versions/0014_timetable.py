"""Weekly patterns, their exceptions, and the sessions that are made from them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "weekly_pattern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_weekly_pattern_course_id_course", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_pattern"),
    )
    op.create_index("ix_weekly_pattern_course_id", "weekly_pattern", ["course_id"])
    op.create_table(
        "timetable_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("moved_to", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_timetable_exception_course_id_course", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_timetable_exception"),
    )
    op.create_index("ix_timetable_exception_course_id", "timetable_exception", ["course_id"])
    with op.batch_alter_table("class_session") as table:
        table.add_column(sa.Column("pattern_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("pattern_day", sa.Date(), nullable=True))
        table.create_foreign_key(
            "fk_class_session_pattern_id_weekly_pattern",
            "weekly_pattern",
            ["pattern_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.create_unique_constraint(
            "uq_class_session_pattern_id_pattern_day", ["pattern_id", "pattern_day"]
        )


def downgrade() -> None:
    with op.batch_alter_table("class_session") as table:
        table.drop_constraint("uq_class_session_pattern_id_pattern_day", type_="unique")
        table.drop_constraint("fk_class_session_pattern_id_weekly_pattern", type_="foreignkey")
        table.drop_column("pattern_day")
        table.drop_column("pattern_id")
    op.drop_table("timetable_exception")
    op.drop_table("weekly_pattern")
