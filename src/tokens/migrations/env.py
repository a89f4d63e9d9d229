"""What Alembic runs for ``flask db``."""

from backend_common.db import run_migrations
from tokens.models import Base

run_migrations(Base.metadata)
