"""How a table is made, as migrations write it: existing deployments have it like that."""

from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement


def definition(table: Any) -> str:
    """Return the statements that make *table* and its indexes in PostgreSQL."""
    dialect = make_url("postgresql+psycopg://").get_dialect()()
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    statements: list[ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
    lines = [
        line.rstrip().expandtabs(4)
        for statement in statements
        for line in str(statement.compile(dialect=dialect)).strip().splitlines()
    ]
    return "\n".join(lines)
