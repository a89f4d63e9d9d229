"""Make the dist-info of a workspace member with its own build backend (PEP 517).

What the manifests say is then compared with what they said when the lock was made: a package that
asks for more than the lock knows must not get as far as an ImportError.

Environment, set by local.nix: src (the manifests), module, local (the member's directory in the
repository), declares (the lock's record of the manifests, JSON), members (the members that it
requires, normalized names), out.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib.metadata import PathDistribution
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from build_backend import build_hooks
from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from prefix import SITE_PACKAGES
from pyproject_hooks import BackendUnavailable

EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


class Declared(NamedTuple):
    """What one requirement says, without its environment marker."""

    scope: str  # an extra, a dependency group as ":group", or "" for all
    project: str
    extras: tuple[str, ...]
    specifiers: str

    def __str__(self) -> str:
        """Spell it as the manifest does, with its scope."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        kind, name = ("group", self.scope[1:]) if self.scope[:1] == ":" else ("extra", self.scope)
        scope = f" ({kind} {name})" if self.scope else ""
        return f"{self.project}{extras}{self.specifiers}{scope}"


def parse(requirement: str, scope: str = "") -> Iterator[Declared]:
    """Yield what a requirement (PEP 508) says, or nothing if its marker does not hold here.

    An extra in the marker is its scope. Markers are compared by what they say of this machine,
    because a resolver spells them in its own way.
    """
    parsed = Requirement(requirement)
    extra = EXTRA.search(str(parsed.marker or ""))
    if parsed.marker and not parsed.marker.evaluate({"extra": extra[1] if extra else ""}):
        return
    yield Declared(
        scope=canonicalize_name(extra[1]) if extra else scope,
        project=canonicalize_name(parsed.name),
        extras=tuple(sorted(canonicalize_name(name) for name in parsed.extras)),
        specifiers=",".join(sorted(str(specifier) for specifier in parsed.specifier)),
    )


def in_groups(groups: Mapping[str, list[str | dict[str, str]]]) -> Iterator[Declared]:
    """Yield what dependency groups (PEP 735) say, with the groups that they include."""
    for group in groups:
        for requirement in resolve_dependency_groups(groups, group):
            yield from parse(requirement, f":{canonicalize_name(group)}")


def in_lock(declares: Mapping[str, Any]) -> Iterator[Declared]:
    """Yield what the lock recorded of a package's manifests."""
    for requirement in declares.get("requires", []):
        yield from parse(requirement)
    for extra, requirements in declares.get("extras", {}).items():
        for requirement in requirements:
            yield from parse(requirement, extra)
    for group, requirements in declares.get("groups", {}).items():
        for requirement in requirements:
            yield from parse(requirement, f":{group}")


def check_lock(
    said: Iterable[Declared], known: Iterable[Declared], members: Collection[str], local: str
) -> None:
    """Check that the lock was made from what the manifests say now.

    Versions of workspace members do not count: there is one of each, and the lock records none.
    Raises SystemExit, naming the requirements, if it was not.
    """

    def comparable(declared: Declared) -> Declared:
        return declared._replace(specifiers="") if declared.project in members else declared

    said, known = set(map(comparable, said)), set(map(comparable, known))
    changes = []
    if said - known:
        changes.append(f"does not know {', '.join(sorted(map(str, said - known)))}")
    if known - said:
        changes.append(f"still has {', '.join(sorted(map(str, known - said)))}")
    if changes:
        raise SystemExit(
            f"error: nix/lock/python.json is older than {local}: it {' and '.join(changes)}. "
            "Run ./please lock."
        )


def read_manifest(source: Path, local: str) -> dict[str, Any]:
    """Return the pyproject.toml of a source tree, empty if there is none.

    Raises SystemExit, naming the file as the member in the directory local has it, if it is broken.
    """
    manifest = source / "pyproject.toml"
    try:
        return tomllib.loads(manifest.read_text()) if manifest.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise SystemExit(
            f"error: {local}/pyproject.toml: {error}. Correct it, and build again."
        ) from error


def build_dist_info(source: Path, module: str, target: Path, table: Mapping[str, Any]) -> Path:
    """Let the backend of a source tree make its dist-info below target; return its path.

    table is the content of its pyproject.toml.
    """
    # A backend wants to see the packages that it describes; only their directories are here.
    for directory, _, _ in os.walk(source / module):
        Path(directory, "__init__.py").touch()
    built = Path("built").absolute()
    built.mkdir()
    name = build_hooks(source, table).prepare_metadata_for_build_wheel(str(built))
    # The dist-info alone: setuptools leaves an egg-info beside it.
    return Path(shutil.copytree(built / name, target / name))


def main() -> None:
    """Run the build step."""
    env = os.environ
    source = Path("source").absolute()
    shutil.copytree(env["src"], source, copy_function=shutil.copyfile)
    for directory, _, _ in os.walk(source):
        Path(directory).chmod(0o755)
    manifest = read_manifest(source, env["local"])
    target = Path(env["out"]) / SITE_PACKAGES
    try:
        dist_info = build_dist_info(source, env["module"], target, manifest)
    except BackendUnavailable as error:
        raise SystemExit(
            f"error: {env['local']}/pyproject.toml: there is no build backend "
            f"{error.backend_name}. The members of the workspace are built with setuptools."
        ) from error
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.output.decode())
        raise SystemExit(
            f"error: the build backend of {env['local']} failed (see above). "
            "Correct its pyproject.toml or setup.py, and build again."
        ) from error
    (dist_info / "INSTALLER").write_text("nix\n")
    requires = PathDistribution(dist_info).requires or []
    said = [
        *chain.from_iterable(map(parse, requires)),
        *in_groups(manifest.get("dependency-groups", {})),
    ]
    known = in_lock(json.loads(env["declares"]))
    check_lock(said, known, env["members"].split(), env["local"])


if __name__ == "__main__":
    main()
