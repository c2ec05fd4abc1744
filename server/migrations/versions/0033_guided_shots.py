"""Guided shots: which of the five shots of the wizard a photo is."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    with op.batch_alter_table("face_photo") as table:
        table.add_column(sa.Column("shot", sa.String(16), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("face_photo") as table:
        table.drop_column("shot")
