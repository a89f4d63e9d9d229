"""The arguments of a memoized function, as a part of a key.

Flask-Caching writes them by ``repr``. Two values with one ``repr`` would be one: an object at the
address of another that is gone, a long array of NumPy, an object whose ``repr`` is only its name.
"""

import datetime
import decimal
import enum
import fractions
import inspect
import uuid
from collections.abc import Callable, Collection
from typing import Any

PLAIN = (
    bool,
    bytes,
    complex,
    datetime.date,
    datetime.datetime,
    datetime.time,
    datetime.timedelta,
    decimal.Decimal,
    float,
    fractions.Fraction,
    int,
    range,
    str,
    type(None),
    uuid.UUID,
)
"""Types whose ``repr`` is another for another value."""


def written(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    named: dict[str, Any],
    ignored: Collection[str] = (),
) -> str:
    """Return the arguments of a call as text, however the call gives them, with the defaults.

    :param ignored: names of arguments that are left out.
    :raises TypeError: an argument cannot be told from others, or the function takes other ones.
    """
    bound = inspect.signature(function).bind(*arguments, **named)
    bound.apply_defaults()
    return repr(
        [
            (name, _written(name, value))
            for name, value in bound.arguments.items()
            if name not in ignored
        ]
    )


def _written(name: str, value: Any) -> Any:
    kind = type(value)
    if kind in PLAIN:
        return value
    if isinstance(value, enum.Enum):
        return kind.__module__, kind.__qualname__, value.name
    if isinstance(value, type):
        return "type", value.__module__, value.__qualname__
    if kind in (dict, frozenset, list, set, tuple):
        return kind.__name__, _items(name, value)
    own = getattr(value, "__caching_id__", None)
    if own is not None:
        return kind.__module__, kind.__qualname__, str(own())
    message = (
        f"memoize cannot tell the argument {name!r}, a {kind.__qualname__}, from others of its "
        "kind: pass what identifies it, give it a method __caching_id__, "
        f"or leave it out with args_to_ignore=[{name!r}]"
    )
    raise TypeError(message)


def _items(name: str, values: Any) -> list[Any]:
    """Return the items of a container, in an order that equal ones have in common."""
    pairs = values.items() if isinstance(values, dict) else values
    items = [_written(name, tuple(it) if isinstance(values, dict) else it) for it in pairs]
    return items if isinstance(values, list | tuple) else sorted(items, key=repr)
