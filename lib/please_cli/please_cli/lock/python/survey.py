"""The members of the workspace, and what their manifests say without their build backends."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from please_cli import process, pyproject, workspace
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import build_system, manifests, plain
from please_cli.lock.python.build_system import BuildSystem


@dataclass(frozen=True)
class Surveyed:
    """A member, and what can be said of it without its build backend.

    `manifest` is the content of its pyproject.toml, `digests` has the hex SHA-256 of each manifest,
    `system` is what builds it, and `rules` are those of plain.py, or None.
    """

    member: workspace.Member
    manifest: Mapping[str, Any]
    digests: Mapping[str, str]
    system: BuildSystem
    rules: Document | None

    def is_known(self, known: Document) -> bool:
        """Tell whether the lock's entry of a plain member still holds."""
        return (
            self.rules is not None
            and known.get("plain") == self.rules
            and known.get("manifests") == self.digests
            and known.get("directory") == self.member.directory
            and known.get("build") == self.system.key
        )


def read(root: Path) -> list[Surveyed]:
    """Return what the manifests of the members of the checkout at `root` say.

    Raises UserError for a manifest that is not one.
    """
    with process.threads() as pool:
        return list(pool.map(_read, workspace.members(root)))


def _read(member: workspace.Member) -> Surveyed:
    _check_inside(member)
    manifest = pyproject.load(member.path / "pyproject.toml")
    system = build_system.read(manifest, f"{member.directory}/pyproject.toml")
    _check_project(member, manifest, system)
    rules = plain.rules(member, manifest, system)
    return Surveyed(member, manifest, manifests.digests(member), system, rules)


def _check_inside(member: workspace.Member) -> None:
    # A member itself is no link (workspace.py), but the directory that it is in may be one.
    parent = member.path.parent
    if parent.is_symlink():
        raise UserError(
            f"{parent.name}/ is a symbolic link; put the directory itself there, because nothing "
            "outside of the checkout is locked"
        )


def _check_project(
    member: workspace.Member, manifest: Mapping[str, object], system: BuildSystem
) -> None:
    # setuptools takes a manifest that says nothing for a project of the version 0.0.0. Other
    # backends have tables of their own, such as [tool.poetry], and say what is missing.
    if (
        "project" not in manifest
        and system.is_setuptools
        and not {"setup.py", "setup.cfg"} & manifests.digests(member).keys()
    ):
        raise UserError(
            f"{member.directory}/pyproject.toml has no table [project]; give the project a name "
            "and a version there (README.md, 'Adding a service')"
        )
