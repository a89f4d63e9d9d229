"""The files of a locked package: which wheel each system takes, or the sdist."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from please_cli.errors import UserError
from please_cli.lock.python.files import Files
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.systems import SYSTEMS

Artifact = dict[str, Any]
"""`file`, `sha256`, `size` in bytes and, where its address shows it, `blake2b`."""

# Where indexes of PyPI's kind keep a file: by its BLAKE2b-256 digest.
_BLAKE2B = re.compile(r"/packages/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{60})/")


def choose(
    package: Mapping[str, Any],
    wanted: Iterable[str],
    python: Interpreter,
    files: Files,
    known: Sequence[Artifact] = (),
) -> dict[str, Any]:
    """Return the part of a lock entry that says which files the `wanted` systems install.

    A file of the lock before is preferred to a better one, so that a late upload changes no lock.

    Args:
        package: An entry of uv.lock.
        wanted: The systems.
        python: The interpreter that the package is installed for.
        files: Reads what the index does not say.
        known: The files of the lock before.

    Returns:
        One of the keys `wheel` (the same for all systems), `wheels` (by system) and `sdist`.

    Raises:
        UserError: The package has no file for a system, or its file cannot be read.
    """
    by_system = {
        system: _best(package.get("wheels", []), python.tags(system), known) for system in wanted
    }
    if all(by_system.values()):
        by_name = {filename(wheel): wheel for wheel in by_system.values() if wheel}
        described = {name: artifact(wheel, files, known) for name, wheel in by_name.items()}
        found = {system: described[filename(wheel or {})] for system, wheel in by_system.items()}
        first = next(iter(found.values()))
        if all(other == first for other in found.values()) and len(found) == len(SYSTEMS):
            return {"wheel": first}
        return {"wheels": found}
    if "sdist" in package:
        return {"sdist": artifact(package["sdist"], files, known)}
    lacking = " and ".join(sorted(system for system, wheel in by_system.items() if not wheel))
    raise UserError(
        f"{package['name']} {package['version']} has no wheel for {lacking} "
        f"({python.description}) and no source distribution; ask for another version in the "
        "manifest that names it"
    )


def artifact(file: Mapping[str, Any], files: Files, known: Sequence[Artifact] = ()) -> Artifact:
    """Return a file of uv.lock without its host.

    What the index does not say of a file is read off the file itself, once: then `known`, the
    files of the lock before, say it. Raises UserError when the file cannot be read.
    """
    algorithm, _, digest = file.get("hash", "").partition(":")
    size = file.get("size")
    if algorithm != "sha256":
        before = next((old for old in known if old["file"] == filename(file)), {})
        digest, size = before.get("sha256", ""), before.get("size")
        if not digest or not size:
            digest, size = files.digest(address(file))
    if size is None:
        sizes = [old["size"] for old in known if old["sha256"] == digest and "size" in old]
        size = sizes[0] if sizes else files.size(address(file))
    found = {"file": filename(file), "sha256": digest, "size": size}
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
    wheels: Iterable[Mapping[str, Any]], ranks: Mapping[Tag, int], known: Sequence[Artifact]
) -> Mapping[str, Any] | None:
    kept = {(file["file"], f"sha256:{file['sha256']}") for file in known}
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
            is_kept = any(
                name == file and wheel.get("hash", digest) == digest for file, digest in kept
            )
            later_build = (-build[0], build[1]) if build else (0, "")
            candidates.append(((not is_kept, min(taken), later_build, name), wheel))
    return min(candidates, key=lambda candidate: candidate[0])[1] if candidates else None
