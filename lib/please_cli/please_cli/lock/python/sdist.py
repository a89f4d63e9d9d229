"""What a source distribution needs to be built: its own pyproject.toml, PEP 518."""

import hashlib
import io
import tarfile
import tomllib
import zipfile
import zlib
from typing import Any

from packaging.requirements import Requirement

from please_cli.errors import UserError
from please_cli.lock.python.artifacts import Artifact
from please_cli.lock.python.declares import requirement
from please_cli.lock.python.files import Files
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.systems import SYSTEMS

# What an archive, TOML or a requirement raises that is broken, and a value of another type.
_BROKEN = (
    AttributeError,
    EOFError,
    OSError,
    TypeError,
    ValueError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


def build_requires(
    address: str, artifact: Artifact, python: Interpreter, files: Files
) -> list[str]:
    """Return the requirements that the sdist at `address` has in [build-system].

    ["setuptools"] when it has no such table. Raises UserError when it cannot be fetched or read,
    or is not the file that was resolved.
    """
    content = files.read(address, artifact["size"])
    if hashlib.sha256(content).hexdigest() != artifact["sha256"]:
        raise UserError(
            f"{artifact['file']} is not the file that the package index lists: its sha256 "
            "differs; run `./please lock` again, or ask who runs the index"
        )
    try:
        table = tomllib.loads(_pyproject(artifact["file"], content)).get("build-system", {})
        return spelled(table.get("requires", ["setuptools"]), python)
    except _BROKEN as error:
        raise UserError(
            f"{artifact['file']}: [build-system] of its pyproject.toml cannot be read: {error}; "
            "ask for another version in the manifest that names it"
        ) from error


def spelled(requires: Any, python: Interpreter) -> list[str]:
    """Return requirements that hold on a locked system, without their markers.

    Raises TypeError for something else than a list, and ValueError for a broken requirement.
    """
    # A string would be read letter by letter: each letter can be the name of a package.
    if not isinstance(requires, list):
        raise TypeError("requires is not a list of requirements")
    found = set()
    for text in requires:
        parsed = Requirement(text)
        marker = str(parsed.marker or "")
        if any(python.holds(marker, system) for system in SYSTEMS):
            found.add(requirement(parsed, ""))
    return sorted(found)


def _pyproject(file: str, content: bytes) -> str:
    """Return the text of the pyproject.toml in an archive, empty when it has none."""
    if file.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if _is_pyproject(name):
                    return archive.read(name).decode()
        return ""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            if _is_pyproject(member.name) and (packed := archive.extractfile(member)):
                return packed.read().decode()
    return ""


def _is_pyproject(name: str) -> bool:
    parts = name.removeprefix("./").split("/")
    return len(parts) == 2 and parts[1] == "pyproject.toml"
