"""Check that the lock knows what the build backend of a workspace member made.

Environment, set by member.nix: wheel (what build_member.py made), manifest (its pyproject.toml),
directory (the member's, in the checkout), lock (the path of its lock there), build (what the lock
has it built with), resolves (the names that the lock has), declares (the lock's record of the
manifests, JSON), copies (the prefixes with its files, where these are copied), out (an empty
directory, for environments).
"""

import json
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import PathDistribution
from itertools import chain
from pathlib import Path
from typing import Any

from compare_copies import differences
from declared import Declared, check_lock, in_groups, in_lock, parse
from member_sources import build_key, read_manifest
from prefix import SITE_PACKAGES

# How many differences an error names.
MOST_NAMED = 5


def check_resolves(
    manifest: Mapping[str, Any], known: Sequence[str], lock: str, directory: str
) -> None:
    """Check that the lock has a member in the resolves that its manifest names.

    Raises SystemExit, naming both, if it has not.
    """
    settings = manifest.get("tool", {}).get("services", {})
    named = settings.get("resolves", [settings.get("resolve", "default")])
    if list(named) != list(known):
        raise SystemExit(
            f"error: {lock} is older than {directory}: it has the resolve {', '.join(known)}, not "
            f"{', '.join(named)}. Run ./please lock."
        )


def check_build(manifest: Mapping[str, Any], known: str, lock: str, directory: str) -> None:
    """Check that the lock has a member built with what its manifest requires for that.

    Raises SystemExit, naming both, if it has not.
    """
    try:
        said = build_key(manifest)
    except ValueError as error:
        raise SystemExit(
            f"error: {directory}/pyproject.toml: {error}. Correct it, and build again."
        ) from error
    if said != known:
        raise SystemExit(
            f"error: {lock} is older than {directory}: it has it built with {known}, not {said}. "
            "Run ./please lock."
        )


def check_copies(wheel: Path, copies: Sequence[str], lock: str, directory: str) -> None:
    """Check that the files of a member, if they are copied, are those of its wheel.

    Raises SystemExit that names those that differ.
    """
    found = list(differences(wheel, map(Path, copies))) if copies else []
    if found:
        more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
        raise SystemExit(
            f"error: {lock} is older than {directory}: it has other files "
            f"({', '.join(found[:MOST_NAMED])}{more}). Run ./please lock."
        )


def groups(manifest: Mapping[str, Any], directory: str) -> list[Declared]:
    """Return what the dependency groups of a manifest say.

    Raises SystemExit, naming the file, if they are broken.
    """
    try:
        return [*in_groups(manifest.get("dependency-groups", {}))]
    except (LookupError, TypeError, ValueError, ExceptionGroup) as error:
        raise SystemExit(
            f"error: {directory}/pyproject.toml: [dependency-groups] cannot be read. "
            "./please lock says why."
        ) from error


def main() -> None:
    """Run the build step."""
    env = os.environ
    lock, directory, wheel = env["lock"], env["directory"], Path(env["wheel"])
    manifest = read_manifest(Path(env["manifest"]), directory)
    (dist_info,) = (wheel / "metadata" / SITE_PACKAGES).glob("*.dist-info")
    requires = PathDistribution(dist_info).requires or []
    said = [*chain.from_iterable(map(parse, requires)), *groups(manifest, directory)]
    check_lock(said, in_lock(json.loads(env["declares"])), lock, directory)
    check_build(manifest, env["build"], lock, directory)
    check_resolves(manifest, env["resolves"].split(), lock, directory)
    check_copies(wheel, env["copies"].split(), lock, directory)
    Path(env["out"]).mkdir()


if __name__ == "__main__":
    main()
