"""The versions that a new member had elsewhere: the lock file of another tool that it brings along.

A service that moves in keeps the versions that it runs with, as far as the manifests allow them.
Files are hashed anew, as for any other version.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.packages import Entry
from please_cli.lock.python.resolves import Resolve

# An option of pip that names a further file of requirements, or one of constraints.
_INCLUDED = re.compile(
    r"(-r|-c|--requirement|--constraint)(\s+|\s*=\s*|(?<=-[rc]))(?P<file>[^\s=].*)"
)

_Content = tuple[str, list[tuple[str, str]]]
"""The releases of Python that a file is for, and names and versions of packages."""


def start(
    root: Path, resolve: Resolve, members: Mapping[str, Document], before: Lock
) -> dict[str, Entry]:
    """Return the packages that a resolve begins with, by name.

    Those that it has in the lock `before`, and what members bring that are new to it. A new resolve
    prefers the latter to those of `default`. Raises UserError as `versions` does.
    """
    brought: dict[str, Entry] = {}
    for name in sorted(resolve.members - resolve.guests.keys()):
        if resolve.name not in before.members.get(name, {}).get("resolves", {}):
            directory = root / members[name]["directory"]
            for package, version in versions(directory, resolve.python.release).items():
                if package not in members:
                    brought.setdefault(package, {"version": version})
    had = before.start(resolve.name)
    return brought | had if resolve.name in before.resolves else had | brought


def versions(directory: Path, python: str) -> dict[str, str]:
    """Return the versions of packages in the first lock file of a directory; {} without any.

    A package with several versions is left out, and so is a file that is for other releases of
    Python than `python`: its versions may not run there.
    Raises UserError for a file that cannot be read.
    """
    for name, read in _READERS.items():
        file = directory / name
        if not file.is_file():
            continue
        try:
            wanted, found = read(file)
            if not SpecifierSet(wanted).contains(python, prereleases=True):
                continue
        except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
            raise UserError(f"{file} cannot be read: {error}; correct it, or remove it") from error
        chosen = dict(found)
        several = {name for name, version in found if chosen[name] != version}
        return {name: version for name, version in chosen.items() if name not in several}
    return {}


def _packages(file: Path) -> _Content:
    """Read a uv.lock, poetry.lock, pdm.lock or pylock.toml."""
    content = tomllib.loads(_text(file))
    metadata = content.get("metadata", {})
    wanted = [
        content.get("requires-python", ""),  # uv, pylock
        metadata.get("requires_python", ""),  # pdm
    ]
    # poetry has a syntax of its own, with ^ and ||.
    if re.fullmatch(r"[\d.,<>=!~* ]*", poetry := metadata.get("python-versions", "")):
        wanted.append("" if poetry == "*" else poetry)
    packages = content.get("package", content.get("packages", []))
    return ",".join(filter(None, wanted)), _chain(
        _pinned(package["name"], package["version"]) for package in packages if "version" in package
    )


def _pipfile(file: Path) -> _Content:
    """Read a Pipfile.lock, which counts only if it says which Python it is for."""
    content: dict[str, Any] = json.loads(_text(file))
    python = content.get("_meta", {}).get("requires", {}).get("python_version")
    return f"=={python}.*" if python else "<3", _chain(
        _pinned(name, package.get("version", "").removeprefix("=="))
        for section in ("default", "develop")
        for name, package in content.get(section, {}).items()
    )


def _requirements(file: Path) -> _Content:
    """Read the lines that name one version, of a requirements.txt and of files that it names."""
    found: list[tuple[str, str]] = []
    files = [file.resolve()]
    top = files[0].parent
    for each in files:  # which grows while it is read
        for line in _text(each).replace("\\\n", " ").splitlines():
            bare = line.partition(" #")[0].partition(" --hash")[0].strip()
            if match := _INCLUDED.fullmatch(bare):
                other = (each.parent / match["file"]).resolve()
                # Not those of another project, nor what is at a URL, which pip takes, too.
                is_own = other.is_relative_to(top) and "://" not in match["file"]
                if is_own and other not in files:
                    files.append(other)
                continue
            try:
                requirement = Requirement(bare)
            except InvalidRequirement:
                continue  # an option of pip, a comment, a hash
            match list(requirement.specifier):
                case [only] if only.operator == "==":
                    found += _pinned(requirement.name, only.version)
    return "", found


def _text(file: Path) -> str:
    """Return the text of a file, without the mark that editors of other systems put in front."""
    return file.read_text("utf-8-sig")


def _chain(found: Iterable[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    return list(chain.from_iterable(found))


def _pinned(name: str, version: str) -> list[tuple[str, str]]:
    try:
        Version(version)
    except InvalidVersion:
        return []  # such as 1.*
    return [(str(canonicalize_name(name)), version)]


_READERS = {
    "uv.lock": _packages,
    "poetry.lock": _packages,
    "pdm.lock": _packages,
    "pylock.toml": _packages,
    "Pipfile.lock": _pipfile,
    "requirements.txt": _requirements,
}
"""What reads a lock file, by its name; the first that is there counts."""
