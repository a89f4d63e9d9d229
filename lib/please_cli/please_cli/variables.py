"""The variables with addresses of servers that a member has beside its own needs."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from please_cli import pyproject
from please_cli.errors import UserError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read(manifest: Path) -> dict[str, str]:
    """Return [tool.services.variables] of a manifest. Raises UserError as `check` does."""
    table = pyproject.services(manifest)
    check(str(manifest), table)
    found: dict[str, str] = table.get("variables", {})
    return found


def check(file: str, table: Mapping[str, Any]) -> None:
    """Check that the table [tool.services] of a file has texts for variables.

    Raises UserError for something else.
    """
    variables = table.get("variables", {})
    if not isinstance(variables, dict) or not all(
        _NAME.fullmatch(name) and isinstance(text, str) for name, text in variables.items()
    ):
        raise UserError(
            f"{file}: [tool.services.variables] is not a table of texts by variable, such as "
            'CACHE_ADDRESS = "$CACHE_URL"; correct it'
        )
