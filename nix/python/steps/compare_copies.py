"""Compare the copied files of a workspace member with its wheel.

Environment, set by member.nix: wheel (what build_member.py made), copies (the prefixes with the
copied files), out (gets a line for each difference).
"""

import filecmp
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from prefix import SITE_PACKAGES


def differences(wheel: Path, copies: Iterable[Path]) -> Iterator[str]:
    """Yield what is different in site-packages: a path, and how."""
    built = files(wheel / "code" / SITE_PACKAGES)
    copied: dict[str, Path] = {}
    for copy in copies:
        copied |= files(copy / SITE_PACKAGES)
    for path in sorted(built.keys() | copied.keys()):
        if path not in copied:
            yield f"{path} is in the wheel alone"
        elif path not in built:
            yield f"{path} is not in the wheel"
        elif not filecmp.cmp(built[path], copied[path], shallow=False):
            yield f"{path} has another content in the wheel"
        elif os.access(built[path], os.X_OK) != os.access(copied[path], os.X_OK):
            yield f"{path} is executable in one of them alone"


def files(site: Path) -> dict[str, Path]:
    """Return the files of a site-packages directory by their paths in it, without bytecode."""
    return {
        str(path.relative_to(site)): path
        for parent, _, names in os.walk(site)
        for name in names
        if not name.endswith(".pyc") and (path := Path(parent, name))
    }


def main() -> None:
    """Run the build step."""
    env = os.environ
    found = differences(Path(env["wheel"]), map(Path, env["copies"].split()))
    Path(env["out"]).write_text("".join(f"{line}\n" for line in found))


if __name__ == "__main__":
    main()
