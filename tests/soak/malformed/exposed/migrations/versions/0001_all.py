"""All tables, those of the extensions too.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op
from backend_common import current_app

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("size", sa.BigInteger, nullable=False),
    )
    # NB: env.py has put the tables of the extensions into the metadata.
    current_app.db.metadata.create_all(op.get_bind())
