"""As whom servers run: as the user, but never as root, which PostgreSQL refuses to run as."""

import os
import pwd
import stat
from pathlib import Path
from typing import Any

from needs.errors import NeedsError

NAME = "nobody"
"""Who runs the servers of root."""


def is_root() -> bool:
    """Tell whether this process is root's."""
    return os.geteuid() == 0


def options() -> dict[str, Any]:
    """Return the options of subprocess.Popen for a process of the servers' user."""
    if not is_root():
        return {}
    user = pwd.getpwnam(NAME)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def make_directory(path: Path) -> None:
    """Make a directory that is the servers' user's alone, and those above it.

    Raises NeedsError if it cannot be made, or that user cannot enter one of those.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError as error:
        what = "is not a directory; remove it, or set NEEDS_DIRECTORY to another place"
        raise NeedsError(f"{error.filename} {what}.") from None
    except OSError as error:
        what = f"cannot be made: {error.strerror}; set NEEDS_DIRECTORY to another place"
        raise NeedsError(f"{error.filename} {what}.") from None
    if not is_root():
        return
    for parent in path.resolve().parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise NeedsError(
                f"root's servers run as the user {NAME}, who cannot enter {parent}. Set "
                "NEEDS_DIRECTORY to a directory that everybody can enter."
            )
    user = pwd.getpwnam(NAME)
    os.chown(path, user.pw_uid, user.pw_gid)
