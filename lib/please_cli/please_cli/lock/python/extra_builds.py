"""What source distributions need to be built beyond what they say themselves.

uv has the setting, `[tool.uv.extra-build-dependencies]`: a list of requirements for each package.
"""

from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from please_cli import pyproject
from please_cli.errors import UserError

_WHERE = "pyproject.toml: [tool.uv.extra-build-dependencies]"


def read(root: Path) -> Mapping[str, list[str]]:
    """Return the requirements by the normalized name of a package.

    Raises UserError if the table of the workspace at `root` has something else.
    """
    settings = pyproject.load(root / "pyproject.toml").get("tool", {}).get("uv", {})
    table = settings.get("extra-build-dependencies", {})
    if not isinstance(table, dict):
        raise UserError(f"{_WHERE} is not a table; correct it")
    found: dict[str, list[str]] = {}
    for name, requires in table.items():
        if not isinstance(requires, list) or not all(isinstance(each, str) for each in requires):
            raise UserError(
                f'{_WHERE}: {name} is not a list of requirements, such as ["cffi"]; correct it'
            )
        try:
            found[str(canonicalize_name(name))] = [str(Requirement(each)) for each in requires]
        except InvalidRequirement as error:
            raise UserError(f"{_WHERE}: {name}: {error}; correct it") from error
    return found
