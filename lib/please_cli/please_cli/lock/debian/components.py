"""What the embedded platform is made of: nix/platform/components.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from please_cli.errors import UserError

Components = Mapping[str, Mapping[str, list[str]]]
"""The packages of each component, and those that are left out, by its name."""


def read(path: Path) -> Components:
    """Return the components that are written down in a file.

    Raises UserError when the file says something else.
    """
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path}: no components to lock: {error}; correct the file") from error
    for name, component in found.items():
        for key in ("packages", "without"):
            if not isinstance(component, dict) or not isinstance(component.get(key), list):
                raise UserError(f"{path}: {name}: {key!r} is not a list; correct the file")
    return found
