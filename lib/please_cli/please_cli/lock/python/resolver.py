"""uv resolves the members of a resolve, in a directory that holds nothing but manifests."""

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from uv import find_uv_bin

from please_cli import process
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import advice, environment, static
from please_cli.lock.python.declares import required
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.packages import Entry, variants
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.systems import machine

_NETWORK = re.compile(
    r"dns error|error sending request|Failed to fetch|[Cc]onnection (?:refused|reset)|timed out"
)

_REFUSED = re.compile(
    r"An index(?: URL)? \(([^)]+)\) (?:could not be queried due to|returned) a[^.]*(40[137])"
)
_STATUS = re.compile(r"HTTP status (?:client|server) error \((\d+)[^)]*\) for url \(([^)]+)\)")
_WRONG = re.compile(
    r"all versions of (\S+) have an invalid package format|(\S+)==\S+ has invalid metadata"
)


def resolve(
    root: Path,
    wanted: Resolve,
    members: Mapping[str, Document],
    indexes: Indexes,
    *,
    known: Mapping[str, Entry],
    upgrades: Iterable[str] = (),
    requires: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return what uv.lock says about a resolve of the checkout at `root`, as uv writes it.

    `members` is what the lock has of each member (metadata.py). `known` are the packages of the
    lock before: each stays at its version unless the manifests no longer allow that, or it is in
    `upgrades`. `requires` are requirements in place of the workspace's groups.

    Raises UserError with uv's own message when there is no solution, a manifest cannot
    be read, or the index cannot be reached.
    """
    with tempfile.TemporaryDirectory(prefix="please-lock-") as name:
        copy = Path(name).resolve()
        static.write(root, wanted, members, copy, requires)
        lock = copy / "uv.lock"
        lock.write_text(skeleton(static.requires_python(wanted), indexes, known), encoding="utf-8")
        _run(root, copy, wanted, members, indexes=indexes, upgrades=upgrades)
        return tomllib.loads(lock.read_text(encoding="utf-8"))


def skeleton(python: str, indexes: Indexes, known: Mapping[str, Entry]) -> str:
    """Return a uv.lock of names and versions alone: uv keeps to it and finds the rest.

    `python` is the `requires-python` of the workspace: uv ignores a lock with another one.
    """
    lines = ["version = 1", f'requires-python = "{python}"']
    for name, entry in sorted(known.items()):
        for system, variant in variants(entry).items():
            lines += [
                "[[package]]",
                f'name = "{name}"',
                f'version = "{variant["version"]}"',
                f'source = {{ registry = "{indexes.default}" }}',
            ]
            if system:
                marker = f"platform_machine == '{machine(system)}'"
                lines.append(f'resolution-markers = ["{marker}"]')
    return "\n".join(lines) + "\n"


def _run(
    root: Path,
    copy: Path,
    wanted: Resolve,
    members: Mapping[str, Document],
    *,
    indexes: Indexes,
    upgrades: Iterable[str],
) -> None:
    command = [find_uv_bin(), "lock", "--no-progress", "--color", "never"]
    command += ["--python", sys.executable]
    for name in upgrades:
        command += ["--upgrade-package", name]
    # uv passes its variables on to the setup.py of source distributions.
    with (
        environment.clean(network=True) as inherited,
        tempfile.TemporaryDirectory(prefix="please-lock-uv-") as private,
    ):
        # Neither the user's own settings of uv nor those of the checkout may matter.
        command += indexes.arguments(Path(private))
        variables = {**inherited, **indexes.environment(), "UV_PYTHON_DOWNLOADS": "never"}
        done = process.run(command, cwd=copy, env=variables, stderr=subprocess.PIPE)
    if done.returncode:
        output = done.stderr.replace(f"{copy}/", "").replace(str(copy), str(root))
        # Which interpreter it uses is no part of the explanation.
        output = indexes.redact(re.sub(r"^Using CPython.*\n", "", output))
        raise UserError(explain(output, wanted, members), advice.correct(output))


def explain(output: str, wanted: Resolve, members: Mapping[str, Document]) -> str:
    """Return one line about a failure of uv: what happened, where, and what to do next.

    `members` is what the lock has of each.
    """
    if "No space left on device" in output:
        return "no space left for uv; make room in its cache and the temporary directory"
    if trouble := _explain_index(output):
        return trouble
    if match := re.search(r"Failed to parse:? `?([^`\n]*pyproject\.toml)", output):
        return f"{match[1]} cannot be read; correct it"
    if match := re.search(r"Failed to (?:generate package metadata for|build) `([^`]+)", output):
        return (
            f"the source distribution {match[1].replace('==', ' ')} cannot be built; ask for "
            "another version in the manifest that names it"
        )
    if trouble := _explain_conflict(output, wanted, members):
        return trouble
    return f"the resolve {wanted.name}: uv failed; its message is below"


def _names(output: str, name: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", output) is not None


def _explain_conflict(output: str, wanted: Resolve, members: Mapping[str, Document]) -> str:
    """Return one line about requirements without a solution, "" for another failure."""
    if match := _WRONG.search(output):
        return (
            f"the resolve {wanted.name}: the files of {match[1] or match[2]} on the index are "
            "broken; ask the owner of the index"
        )
    if "No solution found" in output:
        sides = [name for name in sorted(wanted.members) if _names(output, name)]
        directories = [str(members[name]["directory"]) for name in sides]
        listed = " and ".join(filter(None, [", ".join(directories[:-1]), *directories[-1:]]))
        of = f" of {listed}" if sides else ""
        movable = [name for name in sides if _can_move(name, sides, members)]
        way_out = (
            f", or give {members[movable[0]]['directory']} another resolve "
            '(docs/packages.md, "Another resolve")'
            if movable
            else ""
        )
        return (
            f"the resolve {wanted.name}: no versions satisfy the requirements{of}; change one of "
            f"those that uv names below{way_out}"
        )
    return ""


def _can_move(name: str, sides: Iterable[str], members: Mapping[str, Document]) -> bool:
    """Tell whether a service would leave another side of a conflict behind in its resolve."""
    own = _required(name, members)
    is_service = members[name]["directory"].startswith("src/")
    return is_service and any(side not in own for side in sides)


def _required(name: str, members: Mapping[str, Document]) -> set[str]:
    """Return the names of a member and of those that it requires, directly or not."""
    found: set[str] = set()
    wanted = [name]
    while wanted:
        each = wanted.pop()
        if each in members and each not in found:
            found.add(each)
            requirements = required(members[each]["declares"])
            wanted += [str(canonicalize_name(item.name)) for item in requirements]
    return found


def _explain_index(output: str) -> str:
    """Return one line about an index that refuses or cannot be reached, "" for another failure."""
    if match := _REFUSED.search(output):
        return (
            f"the package index {match[1]} refuses the login ({match[2]}); put one into pip's "
            "configuration (index-url) or ~/.netrc, then run `./please lock` again"
        )
    if match := _STATUS.search(output):
        return (
            f"{match[2]} answers with the status {match[1]}; ask the owner of the index, or "
            "correct pip's configuration (`pip config list`)"
        )
    if _NETWORK.search(output):
        return (
            "uv cannot reach the package index; check the network and pip's configuration "
            "(`pip config list`), then run `./please lock` again"
        )
    return ""
