"""Calendars: a course's secret link, and which sessions came from an imported one."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    with op.batch_alter_table("course") as table:
        table.add_column(sa.Column("calendar_token", sa.String(length=64), nullable=True))
        table.create_unique_constraint("uq_course_calendar_token", ["calendar_token"])
    with op.batch_alter_table("class_session") as table:
        table.add_column(sa.Column("imported_key", sa.String(length=64), nullable=True))
        table.create_unique_constraint(
            "uq_class_session_course_id_imported_key", ["course_id", "imported_key"]
        )


def downgrade() -> None:
    with op.batch_alter_table("class_session") as table:
        table.drop_constraint("uq_class_session_course_id_imported_key", type_="unique")
        table.drop_column("imported_key")
    with op.batch_alter_table("course") as table:
        table.drop_constraint("uq_course_calendar_token", type_="unique")
        table.drop_column("calendar_token")
