"""Where a service may write: the rule of backend_common.places, for applications without it.

A test compares the two.
"""

import os


def directory(name: str) -> str:
    """Return the directory in which the service `name` may write; nothing is created here.

    `STATE_DIRECTORY` is systemd's (systemd.exec(5), `StateDirectory=`; the first of several),
    `XDG_STATE_HOME` is from the XDG base directory specification, which ignores a relative path.
    """
    if given := os.environ.get("STATE_DIRECTORY"):
        return os.path.abspath(given.split(":")[0])
    base = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(base):
        return os.path.join(base, name)
    home = os.path.expanduser("~")
    if os.path.isabs(home):
        return os.path.join(home, ".local", "state", name)
    return os.path.join("/var/lib", name)
