"""Whether the visitor wore a mask."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("check_in") as table:
        table.add_column(sa.Column("masked", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("check_in") as table:
        table.drop_column("masked")
