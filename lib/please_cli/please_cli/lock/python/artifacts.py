"""The files of a locked package: which wheel each system takes, or the sdist."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from please_cli.errors import UserError
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.systems import SYSTEMS

Artifact = dict[str, str]
"""`file`, `sha256` and, where its address shows it, `blake2b`."""

# Where indexes of PyPI's kind keep a file: by its BLAKE2b-256 digest.
_BLAKE2B = re.compile(r"/packages/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{60})/")


def choose(
    package: Mapping[str, Any],
    wanted: Iterable[str],
    python: Interpreter,
    kept: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Return the part of a lock entry that says which files the `wanted` systems install.

    `package` is an entry of uv.lock, `python` the interpreter that it is installed for. A file
    whose sha256 is in `kept`, the files of the lock before, is preferred to a better one, so that a
    late upload changes no lock. The answer has one of the keys `wheel` (the same for all systems),
    `wheels` (by system) and `sdist`.
    Raises UserError when the package has no file for a system.
    """
    by_system = {
        system: _best(package.get("wheels", []), python.tags(system), kept) for system in wanted
    }
    if all(by_system.values()):
        found = {system: artifact(package, wheel or {}) for system, wheel in by_system.items()}
        first = next(iter(found.values()))
        if all(other == first for other in found.values()) and len(found) == len(SYSTEMS):
            return {"wheel": first}
        return {"wheels": found}
    if "sdist" in package:
        return {"sdist": artifact(package, package["sdist"])}
    lacking = " and ".join(sorted(system for system, wheel in by_system.items() if not wheel))
    raise UserError(
        f"{package['name']} {package['version']} has no wheel for {lacking} "
        f"({python.description}) and no source distribution; ask for another version in the "
        "manifest that names it"
    )


def artifact(package: Mapping[str, Any], file: Mapping[str, Any]) -> Artifact:
    """Return a file of uv.lock without its host.

    Raises UserError when the index gave no sha256.
    """
    algorithm, _, digest = file.get("hash", "").partition(":")
    if algorithm != "sha256":
        raise UserError(
            f"the package index gives no sha256 for {filename(file)} of {package['name']}, so it "
            "cannot be locked; use an index that does"
        )
    found = {"file": filename(file), "sha256": digest}
    if match := _BLAKE2B.search(address(file)):
        found["blake2b"] = "".join(match.groups())
    return found


def address(file: Mapping[str, Any]) -> str:
    """Return the URL of a file of uv.lock, or its path in an index that is a directory."""
    return str(file.get("url") or file["path"])


def filename(file: Mapping[str, Any]) -> str:
    """Return the name of a file of uv.lock."""
    return unquote(PurePosixPath(urlsplit(address(file)).path).name)


def _best(
    wheels: Iterable[Mapping[str, Any]], ranks: Mapping[Tag, int], kept: frozenset[str]
) -> Mapping[str, Any] | None:
    candidates = []
    for wheel in wheels:
        name = filename(wheel)
        try:
            _, _, build, offered = parse_wheel_filename(name)
        except InvalidWheelFilename:
            # Old uploads that no installer takes.
            continue
        taken = [ranks[tag] for tag in offered if tag in ranks]
        if taken:
            is_kept = wheel.get("hash", "").removeprefix("sha256:") in kept
            later_build = (-build[0], build[1]) if build else (0, "")
            candidates.append(((not is_kept, min(taken), later_build, name), wheel))
    return min(candidates, key=lambda candidate: candidate[0])[1] if candidates else None
