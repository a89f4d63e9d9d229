"""What Alembic runs for ``flask db``."""

from backend_common.db import run_migrations

run_migrations()
