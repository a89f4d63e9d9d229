"""Points in time in a column."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from backend_common.db import Instant
from sqlalchemy import Column, MetaData, Table, create_engine, select
from sqlalchemy.exc import StatementError

TABLE = Table("moments", MetaData(), Column("moment", Instant))
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_a_moment_is_the_same_whatever_its_time_zone() -> None:
    engine = create_engine("sqlite://")
    TABLE.metadata.create_all(engine)
    with engine.begin() as connection:
        elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
        connection.execute(TABLE.insert(), [{"moment": elsewhere}, {"moment": None}])
        found = connection.scalars(select(TABLE.c.moment)).all()
        assert found == [NOON, None]
        assert found[0].tzinfo is UTC
        assert connection.scalar(select(TABLE.c.moment).where(TABLE.c.moment > NOON)) is None
        with pytest.raises(StatementError, match="has no time zone: use datetime"):
            connection.execute(TABLE.insert(), {"moment": NOON.replace(tzinfo=None)})
    engine.dispose()
