"""Settings that nothing reads, although their names begin like those of an extension.

``DATABASE_POOLSIZE`` would otherwise leave ``DATABASE_POOL_SIZE`` at its default without a word.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Any

import flask

from backend_common.core import places
from backend_common.core.field import Field, SettingError

SIMILAR = 0.66  # of a name without its prefix; difflib's ratio
CLOSE = 2  # characters that a misspelled name is longer or shorter
SHORTEST = 3  # characters after the prefix; shorter names resemble too many others


def check(app: flask.Flask, fields: Iterable[Field[Any]], given: Iterable[str]) -> None:
    """Look for misspelled settings in ``app.config`` and in the environment.

    A setting in ``app.config`` that begins like the fields and resembles none of them may be the
    service's own, and is a warning in the log. The environment has variables of other programs.

    :param fields: all that is read of the names with their prefixes.
    :param given: the names in ``app.config`` that the service has set.
    :raises SettingError: a name resembles that of a field.
    """
    known = {field.key for field in fields} - app.default_config.keys()
    prefixes = tuple(sorted({_prefix(key) for key in known}))
    known |= {*app.default_config, *places.VARIABLES}

    def unknown(names: Iterable[str]) -> Iterator[str]:
        return (name for name in sorted(names) if name not in known and name.startswith(prefixes))

    for name in unknown(given):
        if meant := _nearest(name, known):
            raise _error(app, name, meant, "the settings file")
        app.logger.warning(
            "no extension of %r reads the setting %s: if it is a setting of the service itself, "
            "give it a name that does not begin with %s",
            app.name,
            name,
            _prefix(name),
        )
    for name in unknown(os.environ):
        if meant := _nearest(name, known):
            raise _error(app, name, meant, "the environment")


def _prefix(key: str) -> str:
    return key.partition("_")[0] + "_"


def _nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that *name* is probably meant to be."""
    import difflib  # noqa: PLC0415  for an error alone

    prefix = _prefix(name)
    rest = name.removeprefix(prefix)
    candidates = [
        other
        for key in known
        if key.startswith(prefix)
        and len(other := key.removeprefix(prefix)) >= SHORTEST
        and abs(len(other) - len(rest)) <= CLOSE
    ]
    found = difflib.get_close_matches(rest, sorted(candidates), n=1, cutoff=SIMILAR)
    return prefix + found[0] if found else None


def _error(app: flask.Flask, name: str, meant: str, where: str) -> SettingError:
    message = (
        f"nothing reads the setting {name} of {app.name!r}, which resembles {meant}: "
        f"correct or remove it in {where}"
    )
    return SettingError(message)
