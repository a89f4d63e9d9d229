"""What Alembic runs for ``flask db``."""

from backend_common.db import run_migrations
from sqlalchemy import MetaData

run_migrations(MetaData())
