"""Tokens, and the log of what happened to them.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tokens",
        sa.Column("number", sa.Integer),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("typ", sa.String(3), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("user", sa.String(255), nullable=False),
        sa.Column("permissions", sa.JSON, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("issued_by", sa.String(255), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True)),
        sa.Column("revoked", sa.DateTime(timezone=True)),
        sa.Column("parent", sa.String(32)),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="tokens_pkey"),
        sa.UniqueConstraint("id", name="tokens_id_key"),
        sa.UniqueConstraint("digest", name="tokens_digest_key"),
        sa.ForeignKeyConstraint(
            ["parent"], ["tokens.id"], name="tokens_parent_fkey", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_tokens_parent", "tokens", ["parent"])
    op.create_index("ix_tokens_user", "tokens", ["user"])
    op.create_index("ix_tokens_issued_by", "tokens", ["issued_by", "expires"])
    op.create_index("ix_tokens_revoked", "tokens", ["revoked", "expires"])
    op.create_table(
        "events",
        sa.Column("number", sa.Integer),
        sa.Column("when", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("typ", sa.String(3), nullable=False),
        sa.Column("user", sa.String(255), nullable=False),
        sa.Column("with", sa.String(32)),
        sa.PrimaryKeyConstraint("number", name="events_pkey"),
    )
    op.create_index("ix_events_token", "events", ["token"])
    op.create_index("ix_events_when", "events", ["when"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("events")
    op.drop_table("tokens")
