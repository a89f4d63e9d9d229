"""One setting: where its value comes from, and the errors of a value that is wrong or missing."""

import os
from collections.abc import Callable
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

        :raises SettingError: the value is wrong or missing. The error never has the
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
