"""Put modules that many build steps import into one directory, compiled.

Environment, set by wheel.nix and environment.nix: modules (files, each named like the module behind
the hash of its store path), out.
"""

import os
import shutil
from pathlib import Path

from bytecode import compile_tree


def main() -> None:
    """Run the build step."""
    out = Path(os.environ["out"])
    out.mkdir()
    for module in os.environ["modules"].split():
        shutil.copy(module, out / Path(module).name.partition("-")[2])
    if not compile_tree(out):
        raise SystemExit("error: a module of the build steps does not compile (see above)")


if __name__ == "__main__":
    main()
