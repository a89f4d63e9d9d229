"""Settings that are declared: one table of typed fields says all that is known of each.

An extension has a table, a class of fields, and makes one object of it for each application::

    class Settings(settings.Table):
        max_age = settings.Whole("CORS_MAX_AGE", 600, unit="seconds", at_least=0, text="...")

    SETTINGS = Settings.fields()

    Settings(app).max_age  # read, checked, and an int to type checkers

Values, environment variables, errors and the tables of docs/extensions.md all come from the fields.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flask

from backend_common.core.field import REQUIRED, Default, Field, SettingError, T

__all__ = [
    "REQUIRED",
    "Choice",
    "Field",
    "Items",
    "Number",
    "Object",
    "Path",
    "SettingError",
    "Switch",
    "Table",
    "Text",
    "Whole",
]


class Switch(Field[bool]):
    """A setting that is on or off; ``true`` or ``false`` in the environment."""

    kind = "bool"

    def parse(self, text: str) -> object:
        """See :meth:`Field.parse`."""
        return {"true": True, "false": False}.get(text.lower(), text)

    def accepts(self, value: Any) -> bool:
        """See :meth:`Field.accepts`."""
        return isinstance(value, bool)

    def _described(self) -> str:
        return "true or false"


class _Bounded(Field[T]):
    """A number.

    :param at_least: the least value.
    :param more_than: a value that is too small by itself.
    :param at_most: the greatest value.
    """

    def __init__(
        self,
        key: str,
        default: Default[T] = REQUIRED,
        *,
        at_least: float = -math.inf,
        more_than: float = -math.inf,
        at_most: float = math.inf,
        **options: Any,
    ) -> None:
        super().__init__(key, default, **options)
        self.at_least, self.more_than, self.at_most = at_least, more_than, at_most

    def _within(self, value: float) -> bool:
        # NB: a whole number may be too large for a float, which isfinite would ask for.
        return (
            (isinstance(value, int) or math.isfinite(value))
            and self.at_least <= value <= self.at_most
            and value > self.more_than
        )

    def _described(self) -> str:
        what = self._noun()
        if math.isfinite(self.at_least) and math.isfinite(self.at_most):
            return f"{what} from {self.at_least:.15g} to {self.at_most:.15g}"
        bounds = [f"more than {self.more_than:.15g}"] if math.isfinite(self.more_than) else []
        bounds += [f"{self.at_least:.15g} or more"] if math.isfinite(self.at_least) else []
        bounds += [f"at most {self.at_most:.15g}"] if math.isfinite(self.at_most) else []
        return ", ".join([what, *bounds])

    def _noun(self) -> str:
        raise NotImplementedError


class Whole(_Bounded[int]):
    """A whole number."""

    kind = "int"

    def parse(self, text: str) -> object:
        """See :meth:`Field.parse`."""
        return int(text)

    def accepts(self, value: Any) -> bool:
        """See :meth:`Field.accepts`."""
        return type(value) is int and self._within(value)

    def _noun(self) -> str:
        return f"a whole number of {self.unit}" if self.unit else "a whole number"


class Number(_Bounded[float]):
    """A number, but neither infinity nor NaN."""

    kind = "float"

    def parse(self, text: str) -> object:
        """See :meth:`Field.parse`."""
        return float(text)

    def accepts(self, value: Any) -> bool:
        """See :meth:`Field.accepts`."""
        return type(value) in (int, float) and self._within(value)

    def _noun(self) -> str:
        return self.unit or "a number"


class Text(Field[str]):
    """Text. ``valid`` says what it may be: without that, all text but the empty one."""

    kind = "str"

    def accepts(self, value: Any) -> bool:
        """See :meth:`Field.accepts`."""
        return isinstance(value, str) and (self._valid is not None or bool(value))

    def _described(self) -> str:
        return "text that is not empty"


class Path(Text):
    """The path of a file or directory."""

    kind = "path"

    def _described(self) -> str:
        return "a path"


class Choice(Field[str]):
    """One of some words.

    :param choices: the words.
    """

    kind = "str"

    def __init__(
        self, key: str, default: Default[str] = REQUIRED, *, choices: Sequence[str], **options: Any
    ) -> None:
        super().__init__(key, default, **options)
        self.choices = tuple(choices)

    def accepts(self, value: Any) -> bool:
        """See :meth:`Field.accepts`."""
        return isinstance(value, str) and value in self.choices

    def _described(self) -> str:
        return " or ".join(self.choices) if len(self.choices) < 3 else self._one_of()

    def _one_of(self) -> str:
        return "one of " + ", ".join(self.choices)


class Items(Field[Sequence[str]]):
    """Some texts, as a list or tuple; in the environment, with commas between them.

    :param each: whether one text will do; without it, one must not be empty.
    """

    kind = "list"

    def __init__(
        self,
        key: str,
        default: Default[Sequence[str]] = REQUIRED,
        *,
        each: Callable[[str], object] = bool,
        **options: Any,
    ) -> None:
        super().__init__(key, default, **options)
        self._each = each

    def parse(self, text: str) -> object:
        """See :meth:`Field.parse`."""
        return [item for part in text.split(",") if (item := part.strip())]

    def accepts(self, value: Any) -> bool:
        """See :meth:`Field.accepts`."""
        return isinstance(value, list | tuple) and all(
            isinstance(item, str) and bool(self._each(item)) for item in value
        )

    def _described(self) -> str:
        return "a list of texts"


class Object(Field[Mapping[str, Any]]):
    """Values by their names, a dict; JSON in the environment. ``valid`` says what it may be."""

    kind = "dict"

    def parse(self, text: str) -> object:
        """See :meth:`Field.parse`."""
        return json.loads(text)

    def accepts(self, value: Any) -> bool:
        """See :meth:`Field.accepts`."""
        return isinstance(value, dict) and all(isinstance(key, str) for key in value)

    def _described(self) -> str:
        return "a JSON object"


class Table:
    """The settings of one application, by the names of the fields; it is read once, when made.

    :param app: whose settings they are.
    :raises SettingError: one of them is wrong or missing.
    """

    def __init__(self, app: flask.Flask) -> None:
        for name, field in self._named():
            self.__dict__[name] = field.read(app)

    @classmethod
    def fields(cls) -> tuple[Field[Any], ...]:
        """Return the fields, in the order of their declaration."""
        return tuple(field for _, field in cls._named())

    @classmethod
    def _named(cls) -> list[tuple[str, Field[Any]]]:
        classes = reversed(cls.__mro__)
        pairs = [(name, it) for each in classes for name, it in vars(each).items()]
        return [(name, it) for name, it in pairs if isinstance(it, Field)]
