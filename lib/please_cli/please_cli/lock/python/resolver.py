"""The members of a resolve, resolved: in a directory that holds nothing but manifests."""

import re
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import advice, static, uv_lock
from please_cli.lock.python.declares import required
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.packages import Entry, variants
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.python.uv_lock import Stated
from please_cli.lock.systems import machine

MOST_BUILT = 100
"""How many source distributions a resolve may build for what they require, all versions counted."""

_BUILD = re.compile(r"Failed to (?:download and build|build|generate package metadata for) `")
_UNBUILT = re.compile(rf"{_BUILD.pattern}([^`\s]+?)==([^`\s]+)")
_ELSEWHERE = re.compile(rf"{_BUILD.pattern}([^`\s]+) @ ([^`\s]+)`")

_NETWORK = re.compile(
    r"dns error|error sending request|Failed to fetch|[Cc]onnection (?:refused|reset)|timed out"
)

_REFUSED = re.compile(
    r"An index(?: URL)? \(([^)]+)\) (?:could not be queried due to|returned) a[^.]*(40[137])"
)
_STATUS = re.compile(r"HTTP status (?:client|server) error \((\d+)[^)]*\) for url \(([^)]+)\)")
_UNKNOWN = re.compile(
    r"Because (\S+) was not found in the package registry and ([\w.-]+)\S* depends on \1"
)
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
    describe: Callable[[Resolve, str, str], Stated] | None = None,
) -> dict[str, Any]:
    """Return what uv.lock says about a resolve of the checkout at `root`, as uv writes it.

    `members` is what the lock has of each member (metadata.py). `known` are the packages of the
    lock before: each stays at its version unless the manifests no longer allow that, or it is in
    `upgrades`. `requires` are requirements in place of the workspace's groups. `describe` returns
    the metadata of a source distribution that does not state it; without that, uv runs its build
    backend.

    Raises UserError with uv's own message when there is no solution, a manifest cannot
    be read, or the index cannot be reached.
    """
    stated: dict[tuple[str, str], Stated] = {}
    with tempfile.TemporaryDirectory(prefix="please-lock-") as name:
        copy = Path(name).resolve()
        lock = copy / "uv.lock"
        before = skeleton(static.requires_python(wanted), indexes, known)
        while True:
            static.write(root, wanted, members, copy, requires)
            lock.write_text(before, encoding="utf-8")
            given = None if describe is None else stated.values()
            said = uv_lock.make(root, copy, indexes, upgrades, given)
            if not said:
                return tomllib.loads(lock.read_text(encoding="utf-8"))
            unbuilt = _UNBUILT.search(said)
            asked = (unbuilt[1], unbuilt[2]) if unbuilt else ("", "")
            if describe is None or unbuilt is None or asked in stated:
                raise UserError(explain(said, wanted, members), advice.correct(said))
            if len(stated) == MOST_BUILT:
                raise UserError(
                    f"the resolve {wanted.name}: {MOST_BUILT} source distributions had to be built "
                    f"for what they require, the last before {unbuilt[1]} {unbuilt[2]}; bound the "
                    "versions of such packages in the manifests that name them"
                )
            stated[asked] = describe(wanted, *asked)


def locate(
    root: Path,
    wanted: Resolve,
    members: Mapping[str, Document],
    indexes: Indexes,
    sdist: tuple[str, str],
) -> dict[str, Any]:
    """Return the uv.lock of one version of a package alone, which says where its files are.

    `sdist` is the name and the version, and `members` is what the lock has of those of the resolve.
    Raises UserError as `resolve` does.
    """
    name, version = sdist
    with tempfile.TemporaryDirectory(prefix="please-lock-") as directory:
        copy = Path(directory).resolve()
        text = static.alone(root, wanted, members, f"{name}=={version}")
        (copy / "pyproject.toml").write_text(text, encoding="utf-8")
        nothing = {"name": name, "version": version, "requires-dist": []}
        if said := uv_lock.make(root, copy, indexes, given=[nothing]):
            raise UserError(explain(said, wanted, members), advice.correct(said))
        return tomllib.loads((copy / "uv.lock").read_text(encoding="utf-8"))


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
    if trouble := _explain_build(output) or _explain_conflict(output, wanted, members):
        return trouble
    return f"the resolve {wanted.name}: uv failed; its message is below"


def _explain_build(output: str) -> str:
    """Return one line about a package that cannot be built, "" for another failure."""
    if match := _ELSEWHERE.search(output):
        return (
            f"{match[1]} comes from {match[2]}, but only packages of an index can be locked; "
            "change [tool.uv.sources] or the requirement"
        )
    if match := re.search(rf"{_BUILD.pattern}([^`]+)", output):
        return (
            f"the source distribution {match[1].replace('==', ' ')} cannot be built; ask for "
            "another version in the manifest that names it"
        )
    return ""


def _names(output: str, name: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", output) is not None


def _explain_conflict(output: str, wanted: Resolve, members: Mapping[str, Document]) -> str:
    """Return one line about requirements without a solution, "" for another failure."""
    if match := _WRONG.search(output):
        return (
            f"the resolve {wanted.name}: the files of {match[1] or match[2]} on the index are "
            "broken; ask the owner of the index"
        )
    if (match := _UNKNOWN.search(output)) and match[2] in members:
        return (
            f"the resolve {wanted.name}: no index has a package {match[1]}, and "
            f"{members[match[2]]['directory']} requires it; correct the name in its "
            "pyproject.toml, or configure the index that has it (docs/indexes.md)"
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
