"""Fetch one locked file with pip's own finder, from the index that pip is configured for.

Environment, set by fetch.nix: project, file (its name on the index), out, and pip's settings as
PIP_* variables. What arrives is checked by the hash of the fixed-output derivation.
"""

import os
import shutil
from pathlib import Path

from pip._internal.commands import create_command
from pip._internal.network.download import Downloader


def fetch(project: str, file: str, out: Path) -> None:
    """Find the file among the project's candidates and download it to out.

    Raises SystemExit with one line if the index does not have it.
    """
    command = create_command("download")
    options, _ = command.parse_args(["--no-cache-dir"])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session, ignore_requires_python=True)
        links = (candidate.link for candidate in finder.find_all_candidates(project))
        link = next((link for link in links if link.filename == file), None)
        if link is None:
            raise SystemExit(
                f"error: {file} is not on the index that pip is configured for, project {project}. "
                "Check index-url (pip config list), or run ./please lock to lock what it has."
            )
        path, _ = Downloader(session, "off")(link, str(Path.cwd()))
    shutil.move(path, out)


if __name__ == "__main__":
    fetch(os.environ["project"], os.environ["file"], Path(os.environ["out"]))
