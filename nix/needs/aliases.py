"""Variables of a manifest that stand for those of servers: [tool.services.variables]."""

import json
from collections.abc import Mapping
from string import Template

from needs.errors import NeedsError


def read(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the manifest has, from NEEDS_VARIABLES: texts with `$NAME` by variable."""
    found: dict[str, str] = json.loads(environment.get("NEEDS_VARIABLES") or "{}")
    return found


def resolve(aliases: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each alias whose servers have all of the variables that it names."""
    return {
        alias: Template(text).safe_substitute(variables)
        for alias, text in aliases.items()
        if variables.keys() >= set(Template(text).get_identifiers())
    }


def check(aliases: Mapping[str, str], variables: Mapping[str, str]) -> None:
    """Raise NeedsError for an alias that names a variable which no server has."""
    for alias, text in aliases.items():
        for name in Template(text).get_identifiers():
            if name not in variables:
                raise NeedsError(
                    f"[tool.services.variables]: {alias} names ${name}, but the servers that this "
                    f"project asks for have only {', '.join(variables)}: correct it in "
                    "pyproject.toml."
                )
