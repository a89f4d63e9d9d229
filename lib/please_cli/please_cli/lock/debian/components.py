"""The components of the embedded platform: nix/platform/components.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from please_cli.errors import UserError

Components = Mapping[str, Mapping[str, list[str]]]
"""By the name of a component: its `packages`, and under `without` those that are left out."""


def read(path: Path) -> Components:
    """Return the components that a TOML file defines.

    Raises:
        UserError: The file cannot be read, or a component lacks one of its lists.
    """
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path}: cannot read the components: {error}; correct the file") from error
    for name, component in found.items():
        for key in ("packages", "without"):
            if not isinstance(component, dict) or not isinstance(component.get(key), list):
                raise UserError(f"{path}: {name}: {key!r} is not a list; correct the file")
    return found
