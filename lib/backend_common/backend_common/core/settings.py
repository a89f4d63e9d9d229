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
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar, cast, overload

import flask

from backend_common.core.startup import StartupError

T = TypeVar("T")

Default: TypeAlias = T | Callable[[Any], T]
"""A value, or a function that makes it out of the application."""

REQUIRED: Any = object()
"""The default of a setting that must be set; a function returns it where that depends."""


class SettingError(StartupError):
    """A setting, or the file of settings, is not as it must be."""


class Field(Generic[T]):
    """One setting.

    :param key: its name in ``app.config`` and in the environment.
    :param default: its value where nothing sets it; without one, it must be set.
    :param text: what it is, as a sentence, for the documentation.
    :param unit: of a number: ``seconds``, ``bytes``, ``connections``.
    :param shown: how the documentation writes the default, where that is not its value.
    :param valid: whether a value of the right type will do; it may raise TypeError or ValueError
        for "no".
    :param expected: what a valid value is, for the error and the documentation; the type and the
        bounds of the field say it otherwise.
    """

    kind: ClassVar[str]

    def __init__(
        self,
        key: str,
        default: Default[T] = REQUIRED,
        *,
        text: str,
        unit: str = "",
        shown: str = "",
        valid: Callable[[Any], bool] | None = None,
        expected: str = "",
    ) -> None:
        self.key = key
        self.default = default
        self.text = text
        self.unit = unit
        self.shown = shown
        self._valid = valid
        self._expected = expected
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name of the attribute; Python calls this."""
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        """Return the field of a table. An object of the table has the value under the same name.

        NB: Python asks here only where the object has no such value, as there is no ``__set__``.
        """
        if instance is None:
            return self
        raise AttributeError(self._name)

    @property
    def expected(self) -> str:
        """What a valid value is."""
        return self._expected or self._described()

    def read(self, app: flask.Flask) -> T:
        """Return the value for *app*; in ``app.config`` it is set from then on.

        What ``app.config`` lacks, or has as None (Flask's own defaults), comes from the environment
        variable of the same name, and else is the default.

        :raises SettingError: the value will not do, or there is none. The error never has the
            value: it may be secret.
        """
        value = app.config.get(self.key)
        if value is not None:
            where = "correct it in the settings file, or in the environment variable that it reads"
            checked = self._checked(app, value, where)
        elif self.key in os.environ:
            where = f"correct the environment variable {self.key}"
            checked = self._checked(app, self._parsed(app, os.environ[self.key], where), where)
        else:
            checked = self._default(app)
        app.config[self.key] = checked
        return checked

    def _default(self, app: flask.Flask) -> T:
        default: T = self.default(app) if callable(self.default) else self.default
        if default is REQUIRED:
            message = (
                f"the setting {self.key} of {app.name!r} is missing: expected {self.expected}; "
                f"set it in the settings file, or in the environment variable {self.key}"
            )
            raise SettingError(message)
        return default

    def error(self, app: flask.Flask, where: str) -> SettingError:
        """Return the error that the value for *app* is wrong.

        :param where: the place to correct it, as an imperative.
        """
        return SettingError(
            f"the setting {self.key} of {app.name!r} is wrong: expected {self.expected}; {where}"
        )

    def _parsed(self, app: flask.Flask, text: str, where: str) -> object:
        try:
            return self.parse(text)
        except ValueError as error:
            raise self.error(app, where) from error

    def _checked(self, app: flask.Flask, value: Any, where: str) -> T:
        try:
            fits = self.accepts(value) and (self._valid is None or self._valid(value))
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise self.error(app, where)
        return cast("T", value)

    def parse(self, text: str) -> object:
        """Return the value that an environment variable holds.

        :raises ValueError: the text is not of the type of the field.
        """
        return text

    def accepts(self, value: Any) -> bool:
        """Tell whether *value* is of the type of the field, and within its bounds."""
        raise NotImplementedError

    def _described(self) -> str:
        raise NotImplementedError


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
    """A number; infinity and NaN are none."""

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


def read(app: flask.Flask, key: str, default: T, valid: Callable[[Any], bool], expected: str) -> T:
    """Return the setting *key* of *app*; in ``app.config`` it is set from then on.

    What ``app.config`` lacks, or has as None (Flask's own defaults), comes from the environment
    variable of the same name, and else is *default*. A variable is text: the type of *default*
    says how it is read, a bool as ``true`` or ``false``, a list or tuple with commas between its
    items, a dict as JSON, a number as Python does.

    :param valid: says whether a value will do; it may raise TypeError or ValueError for "no".
    :param expected: what a valid value is, for the error.
    :raises SettingError: the value will not do. The error never has the value: it may be secret.
    """
    where = "correct it in the settings file, or in the environment variable that it reads"
    try:
        value: Any = app.config.get(key)
        if value is None and key in os.environ:
            where = f"correct the environment variable {key}"
            value = _parse(os.environ[key], default)
        elif value is None:
            value = default
        fits = valid(value)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        message = f"the setting {key} of {app.name!r} is wrong: expected {expected}; {where}"
        raise SettingError(message)
    app.config[key] = value
    return cast("T", value)


def _parse(text: str, default: object) -> object:
    """Read *text* as a value of the type of *default*; raise ValueError if it is none."""
    match default:
        case bool():
            return {"true": True, "false": False}.get(text.lower(), text)
        case int() | float():
            return type(default)(text)
        case list() | tuple():
            return type(default)(item for part in text.split(",") if (item := part.strip()))
        case dict():
            return json.loads(text)
        case _:
            return text
