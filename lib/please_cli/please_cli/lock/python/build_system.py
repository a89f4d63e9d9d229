"""What a member's manifest says of its build (PEP 518)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from please_cli.errors import UserError
from please_cli.lock.python.declares import requirement

_DEFAULT = {"requires": ["setuptools"]}

SETUPTOOLS = "setuptools.build_meta"


@dataclass(frozen=True)
class BuildSystem:
    """What builds a member.

    `backend` is its build backend, "" for the one that PEP 517 takes; `is_in_tree` says whether
    that is a module of the member itself; and `requires` are the requirements of the build.
    """

    backend: str
    is_in_tree: bool
    requires: tuple[str, ...]

    @property
    def is_setuptools(self) -> bool:
        """Whether the backend is one of setuptools', as it is by default."""
        return not self.is_in_tree and self.backend.partition(".")[0] in {"", "setuptools"}

    @property
    def key(self) -> str:
        """The requirements as the lock names them; nix/python/steps/member_sources.py does, too."""
        return ", ".join(self.requires)


def read(manifest: Mapping[str, Any], where: str) -> BuildSystem:
    """Return what the content of a pyproject.toml says; `where` is its path, for errors.

    Raises UserError for something else than a table of the standard.
    """
    table = manifest.get("build-system", _DEFAULT)
    if not isinstance(table, dict):
        raise UserError(f"{where}: build-system is not a table; write [build-system]")
    asked = table.get("requires", _DEFAULT["requires"])
    # A string would be read letter by letter: each letter can be the name of a package.
    if not isinstance(asked, list) or not all(isinstance(text, str) for text in asked):
        raise UserError(
            f"{where}: [build-system] requires is not a list of requirements, such as "
            '["setuptools"]; correct it'
        )
    try:
        parsed = [Requirement(text) for text in asked]
    except InvalidRequirement as error:
        raise UserError(f"{where}: [build-system] requires: {error}; correct it") from error
    requires = {requirement(each, str(each.marker or "")) for each in parsed}
    backend = table.get("build-backend", "")
    if not isinstance(backend, str):
        raise UserError(
            f"{where}: [build-system] build-backend is not a string, such as "
            '"setuptools.build_meta"; correct it'
        )
    return BuildSystem(backend, "backend-path" in table, tuple(sorted(requires)))
