"""Visits that kiosks kept while the server was away."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("check_in", sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "attendance", sa.Column("unconfirmed", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("attendance", "unconfirmed")
    op.drop_column("check_in", "received_at")
