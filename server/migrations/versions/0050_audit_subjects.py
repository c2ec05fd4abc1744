"""What was done to somebody or something is found without reading the whole log."""

from alembic import op

revision = "0050"
down_revision = "0046"


def upgrade() -> None:
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])


def downgrade() -> None:
    op.drop_index("ix_audit_entry_subject", "audit_entry")
