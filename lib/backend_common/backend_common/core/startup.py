"""Making the application of a service: a failure is one line that says what is wrong, and where."""

import importlib
import os
import sys
import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
import flask
from serving import ServingError, Wsgi
from serving.application import Place

from backend_common.core import store

HINT = "to see the traceback, set LOG_LEVEL=DEBUG in the environment"

LONGEST = 500  # characters of what an exception says


class StartupError(click.ClickException):
    """The application cannot be made; the message is one line, with the file or the setting.

    Commands of click, such as ``flask`` and ``bin/<service>``, print the line and exit with 1.
    """

    failure: BaseException | None = None
    """What the code of the service raised, where that is the reason."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line to *file*, by default stderr, and the traceback before it if asked to."""
        if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG":
            traceback.print_exception(self.failure or self, file=file or sys.stderr)
        super().show(file)


def load(service: str) -> flask.Flask:
    """Return ``<service>.flask:app``, where the convention has it.

    :raises StartupError: there is no such application, or it cannot be made.
    """
    place = f"{service}.flask"
    with explained(service):
        try:
            module = importlib.import_module(place)
        except ModuleNotFoundError as error:
            if error.name not in (service, place):
                raise
            message = f"no module {place}: is {service!r} a service, and is it installed?"
            raise StartupError(message) from error
    app = getattr(module, "app", None)
    if not isinstance(app, flask.Flask):
        message = f"{place}:app is not a Flask application; write app = {service}.create_app()"
        raise StartupError(message)
    store.warn(app)
    return app


def load_from(place: str) -> Wsgi:
    """Return the application of a service at a *place*, such as ``shop.web:create_app()``.

    :raises StartupError: there is no application, or it cannot be made.
    """
    try:
        found = Place.parse(place)
        with explained(found.module.partition(".")[0]):
            app = found.load()
    except ServingError as error:
        raise StartupError(str(error)) from error
    if isinstance(app, flask.Flask):
        store.warn(app)
    return app


@contextmanager
def explained(service: str, files: Collection[str] = ()) -> Iterator[None]:
    """Make a :class:`StartupError` of any exception that is not one for the command line already.

    It names the innermost line of the service's own code that was being executed.

    :param service: the service's package.
    :param files: paths of more files of the service, such as its settings.
    """
    try:
        yield
    except (click.ClickException, ServingError):
        raise
    except Exception as error:
        place = _place(error, service, files)
        startup_error = StartupError(f"{place}{_said(error)}; {HINT}")
        startup_error.failure = error
        raise startup_error from error


def _place(error: Exception, service: str, files: Collection[str]) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}: "
    found = next((f"{file}: " for file in files), "")
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file in files or frame.f_globals.get("__name__", "").partition(".")[0] == service:
            found = f"{file}, line {line}: "
    return found


def _said(error: Exception) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    line = " ".join(text.split())
    if len(line) > LONGEST:
        line = line[: LONGEST - 1] + "…"
    return f"{type(error).__name__}: {line}" if line else type(error).__name__
