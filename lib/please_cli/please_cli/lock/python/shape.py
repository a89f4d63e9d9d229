"""Every value of a lock is data: what it may be, checked before anything is made of it.

nix/python/entry.nix checks the same for builds.
"""

import re
from collections.abc import Iterator
from typing import Any

from packaging.version import InvalidVersion, Version

from please_cli.lock.document import Document

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
_METADATA = re.compile(r"(?!.*/\.\.?(/|$))[^/.][^/]*\.dist-info(/[^/]+)+")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def check_packages(content: Document) -> None:
    """Check the packages in the file of a resolve. Raises ValueError that names the bad one."""
    for name, entry in content.get("packages", {}).items():
        if reason := next(_of_package(name, entry), ""):
            raise ValueError(f"the package {name!r}: {reason}")


def check_member(content: Document) -> None:
    """Check the file of a member. Raises ValueError that says what is bad."""
    if reason := next(_of_member(content), ""):
        raise ValueError(reason)


def _of_package(name: str, entry: Any) -> Iterator[str]:
    """Yield what is wrong with an entry."""
    if not _NAME.fullmatch(name):
        yield "its name is not normalised (PEP 503)"
    if not isinstance(entry, dict):
        yield "it is not a table"
    elif "systems" not in entry:
        yield from _of_variant(entry)
    elif not isinstance(entry["systems"], dict) or not entry["systems"]:
        yield "`systems` is not a table of entries"
    else:
        for variant in entry["systems"].values():
            yield from _of_variant(variant)


def _of_variant(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "it is not a table"
        return
    if not _is_version(entry.get("version")):
        yield "`version` is not a version (PEP 440)"
    if not isinstance(entry.get("index", ""), str):
        yield "`index` is not a name"
    # A list is that of an earlier version.
    if not isinstance(entry.get("build", ""), (str, list)):
        yield "`build` is not a text"
    wheels = entry.get("wheels", {})
    if not isinstance(wheels, dict):
        yield "`wheels` is not a table"
        return
    files = {**wheels, **{key: entry[key] for key in ("wheel", "sdist") if key in entry}}
    for key, file in files.items():
        for reason in _of_file(file):
            yield f"its {key}: {reason}"


def _of_file(file: Any) -> Iterator[str]:
    if not isinstance(file, dict):
        yield "it is not a table"
        return
    if not _matches(_FILE, file.get("file")):
        yield "`file` is not the name of a file"
    for key in ("sha256", "blake2b"):
        if (key == "sha256" or key in file) and not _matches(_DIGEST, file.get(key)):
            yield f"`{key}` is not a digest of 64 hexadecimal digits"
    size = file.get("size", 1)
    if type(size) is not int or size < 1:
        yield "`size` is not a number of bytes"


def _of_member(content: Any) -> Iterator[str]:
    tables = ("metadata", "manifests", "declares", "resolves")
    for key in tables:
        if not isinstance(content.get(key, {}), dict):
            yield f"`{key}` is not a table"
            return
    if "build" in content and not isinstance(content["build"], str):
        yield "`build` is not a text"
    if not isinstance(content.get("plain") or {}, dict):
        yield "`plain` is not a table"
    if "named" in content and not (content["named"] and _is_names(content["named"])):
        yield "`named` is not a list of resolves"
    for key in ("metadata", "manifests"):
        if not all(isinstance(text, str) for text in content.get(key, {}).values()):
            yield f"`{key}` has a value that is not a text"
    if not all(_METADATA.fullmatch(path) for path in content.get("metadata", {})):
        yield "`metadata` has a path that is not in a .dist-info directory"
    if not _is_version(content.get("version")):
        yield "`version` is not a version (PEP 440)"


def _is_version(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(Version(value))
    except InvalidVersion:
        return False


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(_matches(_NAME, name) for name in value)


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
