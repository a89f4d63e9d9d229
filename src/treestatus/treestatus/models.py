"""Trees, the log of their changes, and the stack of changes that can be restored.

Texts and tags are rows of their own, so that one change of many trees stores them once.
"""

from datetime import datetime

import sqlalchemy as sa
from backend_common.db import Instant
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The models of treestatus."""


class Text(Base):
    """A reason, or a message of the day."""

    __tablename__ = "texts"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)


class Tags(Base):
    """The tags of a change."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    tags: Mapped[list[str]] = mapped_column(sa.JSON)


class Tree(Base):
    """A tree. Its latest entry in the log has its status, and why."""

    __tablename__ = "trees"

    tree: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey(Text.id), index=True)

    message: Mapped[Text] = relationship(lazy="joined", innerjoin=True)


class Entry(Base):
    """What the status of a tree became, when, why, and by whom."""

    __tablename__ = "log"
    __table_args__ = (sa.Index("ix_log_tree_id", "tree", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tree: Mapped[str] = mapped_column(ForeignKey(Tree.tree, ondelete="CASCADE"))
    when: Mapped[datetime] = mapped_column(Instant, index=True)
    who: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.String(32))
    reason_id: Mapped[int] = mapped_column(ForeignKey(Text.id), index=True)
    tags_id: Mapped[int] = mapped_column(ForeignKey(Tags.id), index=True)

    reason: Mapped[Text] = relationship(lazy="joined", innerjoin=True)
    tags: Mapped[Tags] = relationship(lazy="joined", innerjoin=True)


class Change(Base):
    """A change of one or more trees on the stack, which can be restored or discarded."""

    __tablename__ = "stack"

    id: Mapped[int] = mapped_column(primary_key=True)
    when: Mapped[datetime] = mapped_column(Instant, index=True)
    who: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.String(32))
    reason_id: Mapped[int] = mapped_column(ForeignKey(Text.id), index=True)

    reason: Mapped[Text] = relationship(lazy="joined", innerjoin=True)
    trees: Mapped[list["ChangedTree"]] = relationship(
        lazy="selectin", order_by="ChangedTree.tree", passive_deletes=True
    )


class ChangedTree(Base):
    """What the log says of a tree before a change, and of the change."""

    __tablename__ = "stack_trees"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey(Change.id, ondelete="CASCADE"), index=True)
    tree: Mapped[str] = mapped_column(ForeignKey(Tree.tree, ondelete="CASCADE"), index=True)
    before_id: Mapped[int] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    after_id: Mapped[int] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)

    before: Mapped[Entry] = relationship(foreign_keys=before_id, lazy="joined", innerjoin=True)
    after: Mapped[Entry] = relationship(foreign_keys=after_id, lazy="joined", innerjoin=True)
