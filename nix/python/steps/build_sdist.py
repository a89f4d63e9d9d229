"""Build a wheel from an sdist with its own build backend (PEP 517), and install it.

Environment, set by wheel.nix: artifact (the sdist), file (its name on the index), environment (a
virtual environment with the requirements of the build), and what install_wheel.py needs. Nothing is
downloaded.
"""

import os
from pathlib import Path

from install_wheel import install_here
from sdist_source import backend, unpack
from variables import load


def main() -> None:
    """Run the build step."""
    load()
    file = os.environ["file"]
    source = unpack(Path(os.environ["artifact"]), file, Path.cwd())
    wheels = Path.cwd() / "wheels"
    wheels.mkdir()
    with backend(source, file, Path(os.environ["environment"])) as hooks:
        name = hooks.build_wheel(str(wheels))
    install_here(str(wheels / name))


if __name__ == "__main__":
    main()
