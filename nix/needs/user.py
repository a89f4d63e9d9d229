"""The user that servers run as: the caller, but never root, which PostgreSQL refuses to run as."""

import os
import pwd
from typing import Any

from needs.errors import NeedsError

NAME = "nobody"
"""The user that runs the servers of root."""


def is_root() -> bool:
    """Return whether this process has the privileges of root."""
    return os.geteuid() == 0


def ids() -> tuple[int, int]:
    """Return the numbers of the servers' user and group.

    Raises:
        NeedsError: this process is root's, and the system has no user for root's servers.
    """
    if not is_root():
        return os.geteuid(), os.getegid()
    try:
        user = pwd.getpwnam(NAME)
    except KeyError:
        raise NeedsError(
            f"root's servers run as the user {NAME}, which this system does not have. Add it, or "
            "call needs as a user other than root."
        ) from None
    return user.pw_uid, user.pw_gid


def options() -> dict[str, Any]:
    """Return the options of subprocess.Popen for a process of the servers' user."""
    if not is_root():
        return {}
    user, group = ids()
    return {"user": user, "group": group, "extra_groups": []}


def become() -> None:
    """Give up the privileges of root in this process, for good."""
    if is_root():
        user, group = ids()
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
