"""Put modules that many build steps import into one directory, compiled.

Environment, set by wheel.nix and environment.nix: modules (directories with a module each), out.
"""

import os
import shutil
from pathlib import Path

from bytecode import compile_tree


def main() -> None:
    """Run the build step."""
    out = Path(os.environ["out"])
    out.mkdir()
    for directory in os.environ["modules"].split():
        for module in Path(directory).glob("*.py"):
            shutil.copy(module, out)
    if not compile_tree(out):
        raise SystemExit("error: a module of the build steps does not compile (see above)")


if __name__ == "__main__":
    main()
