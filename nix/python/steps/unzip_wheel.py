"""Unzip a pure wheel, the only one that is not installed by install_wheel.py, and compile it.

Environment, set by installer.nix: wheel, out (gets the wheel's content, for PYTHONPATH).
"""

import os
import zipfile
from pathlib import Path

from bytecode import compile_tree


def main() -> None:
    """Run the build step."""
    out = Path(os.environ["out"])
    with zipfile.ZipFile(os.environ["wheel"]) as wheel:
        wheel.extractall(out)
    if not compile_tree(out):
        raise SystemExit("error: the wheel of installer does not compile (see above)")


if __name__ == "__main__":
    main()
