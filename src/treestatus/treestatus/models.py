"""Trees, and the log of their changes."""

from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, WriteOnlyMapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A point in time, always in UTC; SQLite forgets the time zone, so this puts it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC on the way in."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read as UTC on the way out."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The models of treestatus."""


class Tree(Base):
    """A tree as it is now."""

    __tablename__ = "trees"

    tree: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON)
    message_of_the_day: Mapped[str] = mapped_column(Text)

    changes: WriteOnlyMapped["Change"] = relationship(passive_deletes=True)


class Change(Base):
    """What the status of a tree became, when, why, and by whom."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    tree: Mapped[str] = mapped_column(ForeignKey(Tree.tree, ondelete="CASCADE"), index=True)
    when: Mapped[datetime] = mapped_column(Instant)
    who: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON)
