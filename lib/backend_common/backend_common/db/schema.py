"""The tables that an application expects, wherever they are declared, and names of constraints."""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import flask
import sqlalchemy
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    CheckConstraint,
    Connection,
    Constraint,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.sql.elements import conv

from backend_common.core import tables

# The suffixes that PostgreSQL itself gives, so that a database which has them needs no change.
SUFFIXES = {
    PrimaryKeyConstraint: "pkey",
    UniqueConstraint: "key",
    ForeignKeyConstraint: "fkey",
    CheckConstraint: "check",
}


def of(app: flask.Flask, db: SQLAlchemy) -> list[MetaData]:
    """Return the metadata of *app*: of its extensions, and of the modules that it has imported.

    Those that belong to an entry of ``SQLALCHEMY_BINDS`` are not of its own database.
    """
    tables.make_all(app, db)
    found = {id(it): it for it in [db.metadata, *_imported(app.name)]}
    return [it for it in found.values() if it.info.get("bind_key") is None]


def needed(app: flask.Flask, db: SQLAlchemy) -> list[Table]:
    """Return the tables without which *app* cannot do its work."""
    optional = tables.optional(app, db)
    found = [table for metadata in of(app, db) for table in metadata.tables.values()]
    return [table for table in found if all(table is not each for each in optional)]


def lacking(connection: Connection, found: Iterable[Table]) -> list[str]:
    """Return the tables that the database does not have, by name."""
    expected = {(table.schema, table.name) for table in found}
    if not expected:
        return []
    inspector = sqlalchemy.inspect(connection)
    there = {
        (schema, name)
        for schema in {schema for schema, _ in expected}
        for name in inspector.get_table_names(schema)
    }
    absent = [
        (schema, name)
        for schema, name in expected - there
        if not inspector.has_table(name, schema)  # a view
    ]
    return sorted(f"{schema}.{name}" if schema else name for schema, name in absent)


def name_constraints(metadata: Iterable[MetaData]) -> None:
    """Name the constraints that have no name, so that a later migration can change them."""
    for table in (table for it in metadata for table in it.tables.values()):
        for constraint in table.constraints:
            if constraint.name is None and (suffix := SUFFIXES.get(type(constraint))):
                # NB: SQLAlchemy shortens such a name to what a database allows.
                constraint.name = conv("_".join([table.name, *_parts(constraint), suffix]))


def _parts(constraint: Constraint) -> Iterator[str]:
    match constraint:
        case PrimaryKeyConstraint():
            return
        case UniqueConstraint() | ForeignKeyConstraint():
            yield from (column.name for column in constraint.columns)
        case CheckConstraint():
            text = str(constraint.sqltext)
            yield hashlib.sha256(text.encode()).hexdigest()[:8]


def _imported(package: str) -> Iterator[MetaData]:
    """Yield the metadata that the modules of *package* have, by themselves, a model or a table."""
    modules: list[Any] = [
        module
        for name, module in list(sys.modules.items())
        if name == package or name.startswith(f"{package}.")
    ]
    for value in [value for module in modules for value in list(vars(module).values())]:
        # NB: not of any object: proxies such as flask.request raise errors.
        metadata = value.metadata if isinstance(value, Table) else value
        if isinstance(value, type):
            metadata = getattr(value, "metadata", None)
        if isinstance(metadata, MetaData):
            yield metadata
