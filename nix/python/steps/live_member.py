"""Say where a development shell finds the code of a member, as its wheel has it.

A package or module that is in the checkout as it is in the wheel comes from the directory there.
Any other one is a directory of links: to its files in the checkout, and to those in the store that
its build backend made. Where the checkout is not known, all of the links lead to the store.

Environment, set by member.nix: wheel (what build_member.py made), directory (the member's, in the
checkout), checkout (its path, or empty), out (gets `roots`, the directories of the checkout, a line
each, relative to it; and the directory `links`, if there are any).
"""

import json
import os
from pathlib import Path

from prefix import SITE_PACKAGES


def main() -> None:
    """Run the build step."""
    env = os.environ
    out, wheel, checkout = Path(env["out"]), Path(env["wheel"]), env["checkout"]
    live = json.loads((wheel / "live.json").read_text())
    roots: dict[str, str | None] = live["roots"]
    out.mkdir()
    for path, origin in sorted(live["files"].items()):
        if roots[path.partition("/")[0]] is None:
            link = out / "links" / path
            link.parent.mkdir(parents=True, exist_ok=True)
            made = wheel / "code" / SITE_PACKAGES / path
            is_live = checkout and origin is not None
            link.symlink_to(f"{checkout}/{env['directory']}/{origin}" if is_live else made)
    found = {
        f"{env['directory']}/{root}".rstrip("/") for root in roots.values() if root is not None
    }
    (out / "roots").write_text("".join(f"{root}\n" for root in sorted(found)))


if __name__ == "__main__":
    main()
