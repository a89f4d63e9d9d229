"""Read manifests: the pyproject.toml of a member or of the workspace."""

import stat
import tomllib
from pathlib import Path
from typing import Any

from please_cli.errors import UserError


def load(path: Path) -> dict[str, Any]:
    """Return the content of a pyproject.toml.

    Raises:
        UserError: It is not a regular file, cannot be read, or is not TOML; or `tool` in it is not
            a table.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UserError(f"{path} is not a regular file; put the manifest itself there")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; make it readable") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not TOML: {error}; correct it") from error
    if not isinstance(content.get("tool", {}), dict):
        raise UserError(f"{path}: tool is not a table; write [tool.<name>]")
    return content


def services(path: Path) -> dict[str, Any]:
    """Return the table [tool.services] of a pyproject.toml, or an empty one.

    Raises:
        UserError: As `load`, or it is something else than a table.
    """
    found = load(path).get("tool", {}).get("services", {})
    if not isinstance(found, dict):
        raise UserError(f"{path}: tool.services is not a table; write [tool.services]")
    return found
