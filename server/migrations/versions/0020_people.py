"""Roles, the browsers somebody is signed in at, links to choose a password, and counts of tries."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0014"

ROLES = "role IN ('administrator', 'instructor', 'assistant', 'auditor')"
ROLES_BEFORE = "role IN ('administrator', 'instructor')"


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.drop_constraint(op.f("ck_account_role"), type_="check")
        account.create_check_constraint(op.f("ck_account_role"), ROLES)
        account.drop_column("session_epoch")
        account.add_column(sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "account_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_session_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_session"),
        sa.UniqueConstraint("token_hash", name="uq_account_session_token_hash"),
    )
    op.create_index("ix_account_session_account_id", "account_session", ["account_id"], unique=False)
    op.create_table(
        "account_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_account_link_purpose")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_link_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_link"),
        sa.UniqueConstraint("token_hash", name="uq_account_link_token_hash"),
    )
    op.create_index("ix_account_link_account_id", "account_link", ["account_id"], unique=False)
    op.create_table(
        "rate_count",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_rate_count"),
    )
    op.create_index("ix_rate_count_expires_at", "rate_count", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("rate_count")
    op.drop_table("account_link")
    op.drop_table("account_session")
    op.execute(
        "UPDATE account SET role = 'instructor', is_active = FALSE WHERE role IN ('assistant', 'auditor')"
    )
    with op.batch_alter_table("account") as account:
        account.drop_constraint(op.f("ck_account_role"), type_="check")
        account.create_check_constraint(op.f("ck_account_role"), ROLES_BEFORE)
        account.drop_column("last_sign_in_at")
        account.add_column(sa.Column("session_epoch", sa.Integer(), nullable=False, server_default="0"))
