"""Install what an environment does at each start of its Python into a prefix, and compile it.

Environment, set by startup.nix: package (the modules of environment_startup, in one file: see
texts.py), readOnlyStore (the file read_only_store.py), out.
"""

import os
import shutil
from pathlib import Path

from bytecode import compile_all_levels, compile_tree
from prefix import SITE_PACKAGES
from texts import unpack

# What is imported before the store is protected, where the interpreter does not protect it itself.
EARLY = ("__init__.py", "read_only_store.py")


def install_startup(source: Path, guard: Path, out: Path) -> None:
    """Install the modules of the directory `source`, and the file `guard`, into a prefix.

    Raises SystemExit if one does not compile.
    """
    package = out / SITE_PACKAGES / "environment_startup"
    package.mkdir(parents=True)
    for module in [*source.glob("*.py"), guard]:
        # What is in the store has a hash before its name there.
        name = "read_only_store.py" if module == guard else module.name
        shutil.copyfile(module, package / name)
    early = [compile_all_levels(f"{package}/{name}") for name in EARLY]
    if not compile_tree(out) or not all(early):
        raise SystemExit("error: a module of the environment's start does not compile (see above)")


def main() -> None:
    """Run the build step."""
    unpack(os.environ["package"], "package")
    install_startup(Path("package"), Path(os.environ["readOnlyStore"]), Path(os.environ["out"]))


if __name__ == "__main__":
    main()
