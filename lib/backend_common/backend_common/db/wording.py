"""What errors of the database say: no values of rows in production, and the same of all drivers."""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError

UNREPRESENTABLE = (OverflowError, UnicodeEncodeError)
"""What drivers raise by themselves for a number over 64 bits, or half of a surrogate pair."""

HARMLESS = ("40", "42", "53", "55", "57", "58")
"""Classes of states whose details are about transactions, names and the server."""

WITH_VALUES = ("22",)
"""Classes of states whose messages end in the value that is wrong."""


def prepare(engine: Engine) -> None:
    """Have the errors of *engine* say no more than its ``hide_parameters`` allows."""

    def reword(context: ExceptionContext) -> None:
        error: Any = context.original_exception
        if isinstance(error, UNREPRESENTABLE):
            raise DataError(
                context.statement, context.parameters, error, hide_parameters=engine.hide_parameters
            )
        if engine.hide_parameters and getattr(error, "diag", None):
            before, after = str(error), _without_values(error)
            for each in filter(None, (error, context.sqlalchemy_exception)):
                each.args = tuple(
                    argument.replace(before, after) if isinstance(argument, str) else argument
                    for argument in each.args
                )

    event.listen(engine, "handle_error", reword)


def _without_values(error: Any) -> str:
    """Return what PostgreSQL said, without the row or the key that it said it of.

    The detail may be a whole row, with the hash of a password, and the context the parameters.
    """
    diagnosis, state = error.diag, error.sqlstate or ""
    primary = diagnosis.message_primary
    if primary is None:
        return str(error)  # the client's own words: the server has said nothing
    if state.startswith(WITH_VALUES):
        primary = primary.partition(': "')[0]
    lines = [primary]
    if state.startswith(HARMLESS) and diagnosis.message_detail:
        lines.append(f"DETAIL:  {diagnosis.message_detail}")
    if diagnosis.message_hint:
        lines.append(f"HINT:  {diagnosis.message_hint}")
    return "\n".join(lines)
