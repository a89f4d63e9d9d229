"""A point in time in a column, which is the same point whatever the database and its time zone."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A point in time, always in UTC; SQLite forgets the time zone, so this puts it back.

    A value without a time zone is a ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC on the way in; SQLAlchemy calls this."""
        if value is not None and value.tzinfo is None:
            message = f"{value.isoformat()} has no time zone: use datetime.now(UTC)"
            raise ValueError(message)
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read as UTC on the way out; SQLAlchemy calls this."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
