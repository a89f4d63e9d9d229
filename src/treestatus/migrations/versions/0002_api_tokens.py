"""API tokens, a table of the extension auth.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "auth_tokens",
        sa.Column("id", sa.Integer),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("permissions", sa.JSON, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True)),
        sa.Column("revoked", sa.DateTime(timezone=True)),
        sa.Column("parent", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="auth_tokens_pkey"),
        sa.UniqueConstraint("digest", name="auth_tokens_digest_key"),
        sa.ForeignKeyConstraint(["parent"], ["auth_tokens.id"], name="auth_tokens_parent_fkey"),
    )
    op.create_index("ix_auth_tokens_parent", "auth_tokens", ["parent"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("auth_tokens")
