"""Install the source of a workspace member into a prefix of its own, and compile it.

Modules go to site-packages; settings.py and migrations, which stand beside the package, go to
share/<module>, where backend_common looks for them.

Environment, set by local.nix: src (a source tree that holds what is to be installed, and no more),
module, out.
"""

import os
import shutil
from pathlib import Path

from bytecode import compile_tree
from prefix import SITE_PACKAGES


def install_source(src: Path, module: str, prefix: Path) -> None:
    """Copy the package and what is beside it. Raises SystemExit if a module does not compile."""
    site = prefix / SITE_PACKAGES
    site.mkdir(parents=True)
    for entry in sorted(src.iterdir()):
        target = (site if entry.name == module else prefix / "share" / module) / entry.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if entry.is_dir():
            # Files only: the source tree keeps the directories of files that were left out of it.
            for file in sorted(path for path in entry.rglob("*") if path.is_file()):
                copy = target / file.relative_to(entry)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
        else:
            shutil.copyfile(entry, target)
    if not compile_tree(site):
        raise SystemExit(f"error: a module of {module} does not compile (see above)")


def main() -> None:
    """Run the build step."""
    env = os.environ
    install_source(Path(env["src"]), env["module"], Path(env["out"]))


if __name__ == "__main__":
    main()
