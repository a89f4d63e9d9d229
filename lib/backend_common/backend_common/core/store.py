"""Warnings about settings that would have a service write into the Nix store.

A path in the store is replaced by another one with the next build, and a path that was written to
can be neither copied nor built upon. Root can write there, so nothing else would say so.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import flask

STORE = "/nix/store"

KEY = "backend_common.core.store"
"""Where an application has what it has been warned of, in ``app.extensions``."""

_DIRECTORY = "(DIR|DIRECTORY|FOLDER|PATH|ROOT)"
WRITTEN = re.compile(
    r"DATABASE(_PATH|_FILE)?|SQLITE_(DATABASE|PATH|FILE)"
    rf"|(\w+_)?UPLOADS?_{_DIRECTORY}|UPLOADED_\w+_DEST|UPLOADS_DEFAULT_DEST|MEDIA_{_DIRECTORY}"
    rf"|(\w+_)?CACHE_{_DIRECTORY}|SESSION_FILE_{_DIRECTORY}|(\w+_)?LOG_(FILE|{_DIRECTORY})"
)
"""The settings that hold a file or directory which is written to: those of Flask's documentation
and of its common extensions. What is only read, such as templates, has other names."""


def contains(path: str) -> bool:
    """Tell whether a path, which need not exist, leads into the store."""
    return os.path.realpath(path).startswith(f"{STORE}/")


def warn(app: flask.Flask) -> None:
    """Log a warning for each setting of *app* that leads into the store, once for each path."""
    warned: set[str] = app.extensions.setdefault(KEY, set())
    for setting, path in _written(app):
        real = os.path.realpath(path)
        if contains(real) and real not in warned:
            warned.add(real)
            app.logger.warning(
                "%s of %r is in the Nix store: %s. Nothing may write there, and what is written "
                "is lost with the next build: name a path outside of %s, such as one below "
                "STATE_DIRECTORY.",
                setting,
                app.name,
                path,
                STORE,
            )


def _written(app: flask.Flask) -> Iterator[tuple[str, str]]:
    """Yield the settings of *app* that hold a file or directory to write, and its path."""
    for key, value in app.config.items():
        for name, url in _urls(key, value):
            if path := _sqlite_file(url):
                # Flask-SQLAlchemy, and the extension db, begin a relative path there.
                yield f"the setting {name}", str(Path(app.instance_path, path))
        if WRITTEN.fullmatch(key) and isinstance(value, str | os.PathLike):
            path = os.fspath(value)
            if isinstance(path, str) and "://" not in path:
                yield f"the setting {key}", path
    yield "instance_path", app.instance_path


def _urls(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the URLs in a setting: itself, or those of SQLALCHEMY_BINDS, by their names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _urls(f"{name}[{key!r}]", inner)
    elif isinstance(value, str) or hasattr(value, "render_as_string"):  # SQLAlchemy's URL
        yield name, str(value)


def _sqlite_file(url: str) -> str | None:
    """Return the file of an SQLite database that is not opened to be read alone, else None.

    ``sqlite:///relative``, ``sqlite:////absolute``, and a file: URI behind that:
    https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#connect-strings
    """
    scheme, separator, rest = url.partition(":///")
    if not separator or scheme.partition("+")[0] != "sqlite":
        return None
    path, _, query = rest.partition("?")
    options = parse_qs(query)
    if "ro" in options.get("mode", []) or "1" in options.get("immutable", []):
        return None
    path = path.removeprefix("file:")
    return None if path in ("", ":memory:") else path
