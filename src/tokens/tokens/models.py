"""Tokens, and the log of what happened to them."""

from datetime import datetime
from typing import Any

from backend_common.db import Instant
from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The models of tokens."""


class Token(Base):
    """What is known of a token, which is all but the token itself.

    ``number`` is their order, ``id`` their name (``jti`` of a signed one), ``digest`` the hash of
    an opaque one, ``parent`` the token with which it was issued, and ``depth`` how many tokens
    there are above it.
    """

    __tablename__ = "tokens"
    __table_args__ = (
        Index("ix_tokens_issued_by", "issued_by", "expires"),
        Index("ix_tokens_revoked", "revoked", "expires"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    typ: Mapped[str] = mapped_column(String(3))
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    user: Mapped[str] = mapped_column(String(255), index=True)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", JSON)
    issued_by: Mapped[str] = mapped_column(String(255))
    created: Mapped[datetime] = mapped_column(Instant)
    expires: Mapped[datetime | None] = mapped_column(Instant)
    revoked: Mapped[datetime | None] = mapped_column(Instant)
    parent: Mapped[str | None] = mapped_column(
        ForeignKey("tokens.id", ondelete="SET NULL"), index=True
    )
    depth: Mapped[int]

    def status(self, now: datetime) -> str:
        """Return ``valid``, ``expired`` or ``revoked``."""
        if self.revoked:
            return "revoked"
        return "expired" if self.expires and self.expires <= now else "valid"


class Event(Base):
    """What happened to a token, when, and by whom.

    There is no foreign key: an event stays when its token is pruned. ``with_`` is the id of the
    token with which another one was issued, or was revoked together.
    """

    __tablename__ = "events"

    number: Mapped[int] = mapped_column(primary_key=True)
    when: Mapped[datetime] = mapped_column(Instant, index=True)
    who: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(8))
    token: Mapped[str] = mapped_column(String(32), index=True)
    typ: Mapped[str] = mapped_column(String(3))
    user: Mapped[str] = mapped_column(String(255))
    with_: Mapped[str | None] = mapped_column("with", String(32))
