"""Where a service's application is, and how it is loaded.

By the conventions, it is `<service>.flask:app`. A service with another application says where that
is, as for `flask --app`: `module:object`, or a factory: `module:create_app`,
`module:create_app("argument")`.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from serving.errors import ServingError
from serving.served import Wsgi

_PLACE = re.compile(r"(?P<module>\w+(?:\.\w+)*):(?P<expression>.+)", re.DOTALL)

_POSITIONAL = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
_VARIABLE = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}

SETTING = "[tool.services] app of its pyproject.toml"
"""What says where the application of a service is."""


@dataclass(frozen=True)
class Place:
    """Where an application is.

    Attributes:
        text: The place as it is written.
        module: The module to import.
        name: The object of that module.
        call: The arguments to call the object with, by position and by name; None if it is called
            only where it is a function that is no WSGI application itself.
    """

    text: str
    module: str
    name: str
    call: tuple[list[Any], dict[str, Any]] | None = field(default=None)

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Return the place that a text describes.

        Raises:
            ServingError: The text is not `module:object`, nor a call with literals.
        """
        match = _PLACE.fullmatch(text)
        if match is None:
            raise _malformed(text)
        try:
            found = ast.parse(match["expression"].strip(), mode="eval").body
            if isinstance(found, ast.Name):
                return cls(text, match["module"], found.id)
            if isinstance(found, ast.Call) and isinstance(found.func, ast.Name):
                by_name = {str(each.arg): ast.literal_eval(each.value) for each in found.keywords}
                if all(each.arg for each in found.keywords):
                    by_position = [ast.literal_eval(each) for each in found.args]
                    return cls(text, match["module"], found.func.id, (by_position, by_name))
        except (SyntaxError, ValueError) as error:
            raise _malformed(text) from error
        raise _malformed(text)

    def load(self) -> Wsgi:
        """Import the module, and return the application: the object, or what a factory returns.

        Raises:
            ServingError: There is no such module or object, or it is no application.
        """
        found = self._object()
        if self.call is not None or (inspect.isfunction(found) and not _is_wsgi(found)):
            by_position, by_name = self.call or ([], {})
            _check_call(self.text, found, by_position, by_name)
            found = found(*by_position, **by_name)
        if not callable(found):
            raise ServingError(
                f"{self.text} is {type(found).__name__!r}, which is not a WSGI application: "
                f"correct {SETTING}"
            )
        app: Wsgi = found
        return app

    def _object(self) -> Any:
        try:
            module = importlib.import_module(self.module)
        except ModuleNotFoundError as error:
            if not f"{self.module}.".startswith(f"{error.name}."):
                raise
            raise ServingError(
                f"there is no module {self.module}, which {self.text} names: correct {SETTING}, or "
                "install the service"
            ) from error
        try:
            return getattr(module, self.name)
        except AttributeError as error:
            raise ServingError(
                f"{self.module} has no {self.name}, which {self.text} names: correct {SETTING}"
            ) from error


def conventional(service: str) -> Wsgi:
    """Return `<service>.flask:app`.

    Raises:
        ServingError: There is no such application.
    """
    place = f"{service}.flask"
    try:
        app: Wsgi = importlib.import_module(place).app
    except ModuleNotFoundError as error:
        if error.name not in (service, place):
            raise
        message = f"no module {place}: is {service!r} a service, and is it installed?"
        raise ServingError(message) from error
    except AttributeError as error:
        message = f"{place} has no app; write app = {service}.create_app()"
        raise ServingError(message) from error
    if not callable(app):
        message = f"{place}:app is not a WSGI application; write app = {service}.create_app()"
        raise ServingError(message)
    return app


def _is_wsgi(function: Callable[..., Any]) -> bool:
    """Tell whether a function takes what a server gives an application: environ, start_response.

    A factory may require two arguments, too. So the name of the second one counts; PEP 3333 leaves
    the names open, and applications have `start` or `start_resp` as well.
    """
    parameters = list(inspect.signature(function).parameters.values())
    positional = [each.name for each in parameters if each.kind in _POSITIONAL]
    required = [each for each in parameters[2:] if each.default is each.empty]
    return (
        len(positional) >= 2
        and positional[1].lower().startswith("start")
        and not any(each.kind not in _VARIABLE for each in required)
    )


def _check_call(text: str, factory: Any, by_position: list[Any], by_name: dict[str, Any]) -> None:
    if not callable(factory):
        raise ServingError(
            f"{text} calls {type(factory).__name__!r}, which cannot be called: correct {SETTING}"
        )
    try:
        inspect.signature(factory).bind(*by_position, **by_name)
    except TypeError as error:
        raise ServingError(
            f"{text} is not called with the arguments that it takes: {error}; write them as in "
            f'module:create_app("argument"), in {SETTING}'
        ) from error
    except ValueError:  # a callable of C, which says nothing of its arguments
        return


def _malformed(text: str) -> ServingError:
    return ServingError(
        f"{text!r} is not the place of an application: write module:object, module:create_app or "
        f'module:create_app("argument"), with literals as arguments, in {SETTING}'
    )
