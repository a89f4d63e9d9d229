"""Manifests that uv reads without running any code of the workspace.

Each member's is made from its metadata, which its build backend made once: uv has nothing to build,
and the requirements of members on the Python version do not count twice.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomli_w

from please_cli import pyproject
from please_cli.lock.document import Document
from please_cli.lock.python import declares, manifest_indexes
from please_cli.lock.python.declares import Declares
from please_cli.lock.python.metadata import ROOT
from please_cli.lock.python.resolves import Resolve

# uv's settings that depend on the resolve.
_OWN = {"package", "environments", "required-environments", "workspace", "sources", "index"}

# Those that bind what is installed, and not what it is built with.
_OF_AN_INSTALLATION = ("constraint-dependencies", "override-dependencies")

# Should uv want to build a member in spite of all, it fails.
_NO_BACKEND = {"requires": [], "build-backend": "static"}


def write(
    root: Path,
    resolve: Resolve,
    members: Mapping[str, Document],
    to: Path,
    requires: Sequence[str] | None = None,
) -> None:
    """Write the manifests of a resolve of the checkout at `root` into the directory `to`.

    `members` is what the lock has of each member. With `requires`, the workspace requires these
    instead of its dependency groups. Raises UserError when a manifest cannot be read.
    """
    for path, text in texts(root, resolve, members, requires).items():
        file = to / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def texts(
    root: Path,
    resolve: Resolve,
    members: Mapping[str, Document],
    requires: Sequence[str] | None = None,
) -> dict[str, str]:
    """Return the texts that `write` writes, by path."""
    manifest = pyproject.load(root / "pyproject.toml")
    chosen = {name: members[name] for name in sorted(resolve.members)}
    workspace = _workspace(root, manifest, resolve, chosen)
    if requires is not None:
        workspace["project"]["dependencies"] = list(requires)
        del workspace["dependency-groups"]
        uv = workspace["tool"]["uv"]
        for name in _OF_AN_INSTALLATION:
            uv.pop(name, None)
        uv["constraint-dependencies"] = uv.pop("build-constraint-dependencies", [])
    found = {"pyproject.toml": tomli_w.dumps(workspace)}
    for name, member in chosen.items():
        path = f"{member['directory']}/pyproject.toml"
        sources = pyproject.load(root / path)
        declared = resolve.asked(name, member["declares"])
        found[path] = tomli_w.dumps(_member(name, member["version"], declared, sources))
    return found


def alone(root: Path, resolve: Resolve, members: Mapping[str, Document], requirement: str) -> str:
    """Return a manifest that requires one package, from where the manifests of a resolve say.

    `members` is what the lock has of each member.
    """
    only = replace(resolve, members=frozenset(), guests={})
    workspace = _workspace(root, pyproject.load(root / "pyproject.toml"), only, {})
    workspace["project"]["dependencies"] = [requirement]
    del workspace["dependency-groups"]
    uv = workspace["tool"]["uv"]
    for setting in (*_OF_AN_INSTALLATION, "build-constraint-dependencies"):
        uv.pop(setting, None)
    for member in sorted(resolve.members):
        path = f"{members[member]['directory']}/pyproject.toml"
        uv["sources"] = _sources(pyproject.load(root / path)) | uv["sources"]
    return tomli_w.dumps(workspace)


def requires_python(resolve: Resolve) -> str:
    """Return a specifier that the interpreter of a resolve satisfies, and the one that runs uv.

    uv refuses to run with an interpreter that is older. It takes no exact release here:
    `environments` has that.
    """
    return ">={}.{}".format(*min(resolve.python.version, sys.version_info[:2]))


def _workspace(
    root: Path,
    manifest: Mapping[str, Any],
    resolve: Resolve,
    members: Mapping[str, Document],
) -> dict[str, Any]:
    settings = manifest.get("tool", {}).get("uv", {})
    groups = declares.groups(manifest, "pyproject.toml").get("groups", {})
    sources = _sources(manifest) | {name: {"workspace": True} for name in members}
    indexes = manifest_indexes.absolute(settings.get("index", []), root)
    return {
        "project": {"name": ROOT, "version": "0", "requires-python": requires_python(resolve)},
        "dependency-groups": resolve.groups(groups),
        "tool": {
            "uv": {
                **{name: value for name, value in settings.items() if name not in _OWN},
                "package": False,
                "environments": resolve.python.environments(),
                "workspace": {"members": [member["directory"] for member in members.values()]},
                "sources": sources,
                **({"index": indexes} if indexes else {}),
            }
        },
    }


def _member(
    name: str, version: str, declared: Declares, manifest: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "build-system": _NO_BACKEND,
        "project": {
            "name": name,
            "version": version,
            "dependencies": declared["requires"],
            "optional-dependencies": declared.get("extras", {}),
        },
        "dependency-groups": declared.get("groups", {}),
        "tool": {"uv": {"sources": _sources(manifest)}},
    }


def _sources(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sources in [tool.uv] other than members of the workspace."""
    table = manifest.get("tool", {}).get("uv", {}).get("sources", {})
    return {
        name: source
        for name, source in table.items()
        if not (isinstance(source, dict) and source.get("workspace"))
    }
