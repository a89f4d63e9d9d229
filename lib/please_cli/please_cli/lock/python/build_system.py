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
    """What builds a member: its backend, "" for the one that PEP 517 takes, and requirements."""

    backend: str
    is_in_tree: bool
    requires: tuple[str, ...]

    @property
    def key(self) -> str:
        """The requirements as the lock names them; nix/python/steps/member_sources.py, too."""
        return ", ".join(self.requires)


def read(manifest: Mapping[str, Any], where: str) -> BuildSystem:
    """Return what the content of a pyproject.toml says; `where` is its path, for errors.

    Raises UserError for something else than a table of the standard.
    """
    table = manifest.get("build-system", _DEFAULT)
    try:
        requires = {
            requirement(parsed, str(parsed.marker or ""))
            for parsed in map(Requirement, table.get("requires", _DEFAULT["requires"]))
        }
    except (AttributeError, InvalidRequirement, TypeError) as error:
        raise UserError(f"{where}: [build-system] requires: {error}; correct it") from error
    backend = table.get("build-backend", "")
    if not isinstance(backend, str):
        raise UserError(f"{where}: [build-system] build-backend is no text; correct it")
    return BuildSystem(backend, "backend-path" in table, tuple(sorted(requires)))
