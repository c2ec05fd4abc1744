"""What each process saw in each minute of the last day."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "status_minute",
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("process", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "process", name="pk_status_minute"),
    )


def downgrade() -> None:
    op.drop_table("status_minute")
