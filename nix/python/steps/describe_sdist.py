"""Ask the build backend of an sdist for its metadata (PEP 517), the file METADATA of its wheel.

Environment, set by sdist_metadata.nix: artifact (the sdist), file (its name on the index),
environment (a virtual environment with the requirements of the build), out. Nothing is downloaded.
"""

import os
import shutil
from pathlib import Path

from sdist_source import backend, unpack


def main() -> None:
    """Run the build step."""
    file = os.environ["file"]
    source = unpack(Path(os.environ["artifact"]), file, Path.cwd())
    directory = Path.cwd() / "metadata"
    directory.mkdir()
    with backend(source, file, Path(os.environ["environment"])) as hooks:
        # Of a backend without this hook, it builds a wheel.
        info = hooks.prepare_metadata_for_build_wheel(str(directory))
    shutil.copyfile(directory / info / "METADATA", os.environ["out"])


if __name__ == "__main__":
    main()
