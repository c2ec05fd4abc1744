"""When instructors are told of absences, and what they were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
older_versions_work = True


def upgrade() -> None:
    op.create_table(
        "absence_alert_rule",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.CheckConstraint('"after" BETWEEN 1 AND 50', name=op.f("ck_absence_alert_rule_after")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_absence_alert_rule_course_id_course", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", name="pk_absence_alert_rule"),
    )
    op.create_table(
        "sent_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("subject_key", sa.String(length=120), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_sent_mail_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sent_mail"),
        sa.UniqueConstraint("account_id", "subject_key", name="uq_sent_mail_account_id_subject_key"),
    )


def downgrade() -> None:
    op.drop_table("sent_mail")
    op.drop_table("absence_alert_rule")
