"""Finish the relocated PostgreSQL: its commands in bin, and time zones that are found in the store.

PostgreSQL finds its own files from where its executable is, but Debian compiles in where the time
zones are. That path becomes `zoneinfo`, with which the server looks in its working directory: the
data directory, where who makes one has to link `zoneinfo` to the prefix's share/zoneinfo.

Runs in the prefix, by relocate.py. Environment: tzdata (a prefix with share/zoneinfo).
"""

import os
from pathlib import Path

COMMANDS = Path("lib/postgresql/15/bin")
# The programs that read time zones (pgtz.c, findtimezone.c).
READERS = ("postgres", "initdb")
COMPILED_IN = b"/usr/share/zoneinfo\0"


def redirect(program: Path, old: bytes = COMPILED_IN) -> None:
    """Edit the directory of the time zones in a program, keeping its length.

    Raises ValueError if the program does not contain it.
    """
    content = program.read_bytes()
    if old not in content:
        raise ValueError(
            f"{program}: does not contain {old!r}. This edit was made for another version of the "
            "package: look at COMPILED_IN in nix/platform/debian/servers/postgresql.py."
        )
    program.write_bytes(content.replace(old, b"zoneinfo".ljust(len(old), b"\0")))


def main() -> None:
    """Run the build step."""
    for name in READERS:
        redirect(COMMANDS / name)
    # The server once more, under the name that it had twenty years ago.
    (COMMANDS / "postmaster").unlink(missing_ok=True)
    Path("bin").symlink_to(COMMANDS)
    Path("share/zoneinfo").symlink_to(f"{os.environ['tzdata']}/share/zoneinfo")


if __name__ == "__main__":
    main()
