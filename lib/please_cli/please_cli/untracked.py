"""Files of members that git and .gitignore know nothing of, and that look like secrets.

A build copies a member's files to the store, which every user of the machine can read.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_SECRET = re.compile(
    r"""
    (.*\.)?env | \.env\..* |                     # settings of a deployment
    .*\.(pem|key|p12|pfx|jks|keystore|kdbx) |    # keys
    id_(rsa|dsa|ecdsa|ed25519) |
    \.(netrc|pgpass|pypirc|htpasswd) |           # passwords
    (credentials|secrets?|service[-_]?account).*\.(json|toml|ya?ml|ini|txt)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EXAMPLE = re.compile(r".*[._-](example|sample|template|default|dist)", re.IGNORECASE)

_PATIENCE = 10.0
"""For how long, in seconds, git may look."""


def warnings(root: Path) -> Iterator[str]:
    """Yield a warning for each file in lib/ and src/ that git does not track and that is a secret.

    Nothing is known of a checkout that is not git's, or where there is no git.
    """
    for name in _untracked(root):
        if looks_like_a_secret(name):
            yield (
                f"warning: {name} looks like a secret, and git does not track it: a build may copy "
                "it to the store, which every user of this machine can read. Name it in "
                ".gitignore, or move it out of the checkout"
            )


def looks_like_a_secret(path: str) -> bool:
    """Tell whether a file has the name of one with a password or a key in it."""
    name = path.rpartition("/")[2]
    return _SECRET.fullmatch(name) is not None and _EXAMPLE.fullmatch(name) is None


def _untracked(root: Path) -> list[str]:
    """Return the paths in lib/ and src/ that git does not track, and no .gitignore names."""
    parents = [name for name in ("lib", "src") if (root / name).is_dir()]
    command = ["git", "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore", "--"]
    # Settings of git in variables are about another checkout.
    variables = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    try:
        done = subprocess.run(
            [*command, *parents],
            cwd=root,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return sorted(os.fsdecode(name) for name in done.stdout.split(b"\0") if name)
