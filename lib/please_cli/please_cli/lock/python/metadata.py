"""What build backends make of the manifests of the workspace's members (PEP 517).

The lock has it beside the digests of those manifests, and while these are the same, no build asks a
backend again: nix/python/local.nix.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from build import BuildBackendException, BuildException, ProjectBuilder
from pyproject_hooks import quiet_subprocess_runner

from please_cli import workspace
from please_cli.errors import UserError
from please_cli.lock.python import manifests


class Metadata(TypedDict):
    """The part of a lock entry that is about manifests.

    `manifests` has the hex SHA-256 of each, by name; `metadata` the text of each file of the
    .dist-info directory, by its path in site-packages.
    """

    manifests: dict[str, str]
    metadata: dict[str, str]


def read(root: Path) -> dict[str, Metadata]:
    """Return the metadata of the members of the checkout at `root`, by their directories in it.

    Raises UserError, with what the backend said, if one fails.
    """
    found: dict[str, Metadata] = {}
    for member in workspace.members(root):
        local = str(member.path.relative_to(root))
        with tempfile.TemporaryDirectory(prefix="please-lock-") as copy:
            manifests.copy(member, Path(copy))
            files = dict(_build(Path(copy), local))
        found[local] = Metadata(manifests=manifests.digests(member), metadata=files)
    return found


def _build(source: Path, local: str) -> Iterator[tuple[str, str]]:
    """Yield the path in site-packages and the text of each file of a member's .dist-info.

    `source` has its manifests, and `local` is its directory in the workspace.
    """
    with tempfile.TemporaryDirectory(prefix="please-lock-") as built:
        try:
            # In this environment, which has the backend, not in one made for it.
            builder = ProjectBuilder(source, runner=quiet_subprocess_runner)
            directory = Path(builder.metadata_path(built))
        except BuildException as error:
            raise UserError(f"{local}/pyproject.toml: {error}; correct it") from error
        except BuildBackendException as error:
            raise UserError(
                f"the build backend of {local} failed; correct its pyproject.toml or setup.py "
                "(the members of the workspace are built with setuptools)",
                _said(error),
            ) from error
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(directory.parent)), path.read_text(encoding="utf-8")


def _said(error: BuildBackendException) -> str:
    """Return what a backend printed before it failed, or what the failure is."""
    if isinstance(error.exception, subprocess.CalledProcessError):
        printed: bytes = error.exception.output
        return printed.decode(errors="replace")
    return str(error)
