"""Fetch one locked file with pip's own finder, from the index that pip is configured for.

Environment, set by fetch.nix: project, file (its name on the index), outputHash (its hex SHA-256),
out, and pip's settings as PIP_* variables. What arrives is checked by Nix.
"""

import os
from pathlib import Path

from pip._internal.commands import create_command


def fetch(project: str, file: str, sha256: str, out: Path) -> None:
    """Find the file among the project's candidates and download it to out.

    Where several indexes have a file of this name, the one with the hash is taken.
    Raises SystemExit with one line if no index has it.
    """
    command = create_command("download")
    options, _ = command.parse_args(["--no-cache-dir"])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session, ignore_requires_python=True)
        links = [candidate.link for candidate in finder.find_all_candidates(project)]
        links = [link for link in links if link.filename == file]
        links.sort(key=lambda link: link.hash != sha256)
        if not links:
            raise SystemExit(
                f"error: {file} is not on the index that pip is configured for, project {project}. "
                "Check index-url (pip config list), or run ./please lock to lock what it has."
            )
        # As the server has it, not as a client that decodes might.
        answer = session.get(links[0].url_without_fragment, headers={"Accept-Encoding": "identity"})
        answer.raise_for_status()
        out.write_bytes(answer.content)


if __name__ == "__main__":
    env = os.environ
    fetch(env["project"], env["file"], env["outputHash"], Path(env["out"]))
