"""The source tree of a workspace member, and what its manifest says of its build."""

import os
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

# What PEP 517 gives a source tree that says nothing.
DEFAULT_REQUIRES = ["setuptools"]


def copy_source(
    source: str, target: Path, ignore: Callable[[str, Iterable[str]], set[str]]
) -> None:
    """Copy a source tree of the store to one that may be written, links as links.

    `ignore` is that of shutil.copytree.
    """
    shutil.copytree(source, target, symlinks=True, ignore=ignore, copy_function=copy_file)
    for parent, _, _ in os.walk(target):
        Path(parent).chmod(0o755)


def copy_file(source: str, target: str) -> None:
    """Copy a file, and whether it is executable."""
    if Path(source).is_symlink():
        Path(target).symlink_to(Path(source).readlink())
        return
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def read_manifest(manifest: Path, directory: str) -> dict[str, Any]:
    """Return the content of a pyproject.toml.

    Raises SystemExit, naming the file in the member's directory, if it is broken, or if a value
    that a build reads is of another type.
    """
    try:
        content = tomllib.loads(manifest.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SystemExit(
            f"error: {directory}/pyproject.toml: {error}. Correct it, and build again."
        ) from error
    if wrong := next(wrong_types(content), ""):
        raise SystemExit(
            f"error: {directory}/pyproject.toml: {wrong}. Correct it, and build again."
        )
    return content


def wrong_types(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the values of a manifest that a build reads."""
    for name in ("build-system", "tool", "dependency-groups"):
        if not isinstance(content.get(name, {}), dict):
            yield f"{name} is not a table"
            return
    system = content.get("build-system", {})
    if not isinstance(system.get("build-backend", ""), str):
        yield '[build-system] build-backend is not a string, such as "setuptools.build_meta"'
    if not are_names(system.get("backend-path", [])):
        yield '[build-system] backend-path is not a list of directories, such as ["."]'
    services = content.get("tool", {}).get("services", {})
    if not isinstance(services, dict):
        yield "tool.services is not a table"
    elif not are_names(services.get("resolves", [services.get("resolve", "")])):
        yield '[tool.services]: `resolves` is not a list of names, such as ["default"]'


def are_names(value: object) -> bool:
    """Tell whether a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def build_key(manifest: Mapping[str, Any]) -> str:
    """Return what [build-system] requires, as the lock names it.

    lib/please_cli/please_cli/lock/python/build_system.py does the same. Raises ValueError for
    something else than requirements.
    """
    requires = manifest.get("build-system", {}).get("requires", DEFAULT_REQUIRES)
    # A string would be read letter by letter: each letter can be the name of a package.
    if not isinstance(requires, list) or not all(isinstance(text, str) for text in requires):
        raise ValueError(
            '[build-system] requires is not a list of requirements, such as ["setuptools"]'
        )
    try:
        return ", ".join(sorted({spelled(Requirement(text)) for text in requires}))
    except InvalidRequirement as error:
        raise ValueError(f"[build-system] requires: {error}") from error


def spelled(requirement: Requirement) -> str:
    """Spell a requirement in one way."""
    extras = ",".join(sorted(map(canonicalize_name, requirement.extras)))
    name = canonicalize_name(requirement.name)
    source = f" @ {requirement.url}" if requirement.url else str(requirement.specifier)
    text = f"{name}[{extras}]{source}" if extras else f"{name}{source}"
    return f"{text} ; {requirement.marker}" if requirement.marker else text
