"""Rows of which there is one for a key, even if several processes make it at the same time."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import sqlalchemy
from sqlalchemy import FromClause, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

TRIES = 3  # the second finds what made the first fail, unless that is deleted at once
PARTIAL = ("postgresql", "sqlite")  # an index of these may be about some rows alone


class GetOrCreate:
    """A mixin for models: :meth:`get_or_create`."""

    @classmethod
    def get_or_create(
        cls,
        session: Session | scoped_session[Any],
        defaults: Mapping[str, Any] | None = None,
        /,
        **key: Any,
    ) -> tuple[Self, bool]:
        """Return the row that *key* names, and whether it is new.

        Two callers that make the same row at the same time get the same one: the database decides,
        by a unique constraint, within a savepoint, so that nothing else in the transaction is lost.
        In PostgreSQL this waits until the transaction of the other one has ended. Nothing is
        committed here.

        :param defaults: what else a new row has.
        :param key: columns and their values; a unique constraint must cover them.
        :raises TypeError: no unique constraint or primary key does, or a value is None, which
            equals nothing in SQL.
        :raises sqlalchemy.exc.IntegrityError: another constraint is violated, or the isolation
            level of the transaction hides the other one's row.
        """
        _check(cls, key)
        query = sqlalchemy.select(cls).filter_by(**key)
        session.flush()  # so that what fails below is about the new row alone
        failures = []
        for _ in range(TRIES):
            if (found := session.scalars(query).one_or_none()) is not None:
                return found, False
            new = cls(**{**(defaults or {}), **key})
            try:
                with session.begin_nested():
                    session.add(new)
            except IntegrityError as error:
                failures.append(error)
            else:
                return new, True
        raise failures[-1]


def _check(model: type[GetOrCreate], key: Mapping[str, Any]) -> None:
    """Raise TypeError if there can be two rows with *key*."""
    mapper = sqlalchemy.inspect(model, raiseerr=True)
    call = f"{model.__name__}.get_or_create({', '.join(f'{name}=...' for name in key)})"
    unknown = [name for name in key if name not in mapper.column_attrs]
    if unknown:
        message = f"{call}: {', '.join(unknown)} is no column; give columns and their values"
        raise TypeError(message)
    if missing := [name for name, value in key.items() if value is None]:
        message = f"{call}: {', '.join(missing)} is None, of which there may be many; give a value"
        raise TypeError(message)
    columns = {column.name for name in key for column in mapper.column_attrs[name].columns}
    if not any(set(names) <= columns for names in _unique(mapper.local_table)):
        message = (
            f"{call} may make several rows: declare that there is one, by "
            f"UniqueConstraint({', '.join(map(repr, sorted(columns)))}) in __table_args__, and "
            "add a migration"
        )
        raise TypeError(message)


def _unique(table: FromClause) -> Iterator[list[str]]:
    """Return the columns of which a table has any values once."""
    if not isinstance(table, Table):
        return
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint) and constraint.columns:
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        partial = any(index.dialect_options[name].get("where") is not None for name in PARTIAL)
        if index.unique and not partial:
            yield [column.name for column in index.columns]
