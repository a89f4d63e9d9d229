"""Where a build and git differ in which files of a member they know.

A build has what git would track: what no .gitignore names (nix/python/tree.nix). It cannot ask git
which files are tracked. So an untracked file with a secret may get into the store, which every user
of the machine can read, and no build has a tracked file that a .gitignore names.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from please_cli.secret_names import looks_like_a_secret

_PATIENCE = 10.0
"""For how long, in seconds, git may look."""

# How many files one line names.
_MOST_NAMED = 10

_UNTRACKED = ["ls-files", "-z", "--others", "--exclude-per-directory=.gitignore"]
# With what nix/python/tree.nix leaves out in any case; tests/python/test_tree.py compares them.
_LITTER = ["*~", "*.pyc", "*.egg-info", "__pycache__", ".#*", ".*.sw[a-p]"]
_BUILT = ["lib", "lib.*", "bdist.*"]
_LITTER += [f"/{top}/*/build/{name}" for top in ("lib", "src") for name in _BUILT]
_LEFT_OUT = ["ls-files", "-z", "--cached", "--ignored", "--exclude-per-directory=.gitignore"]
_LEFT_OUT += [f"--exclude={pattern}" for pattern in _LITTER]

_SUBMODULE = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


class _GitError(Exception):
    """git does not answer; the text says why."""


def warnings(root: Path) -> Iterator[str]:
    """Yield warnings about files in lib/ and src/ of the checkout at `root`.

    One for each file that git does not track and that has the name of a secret; one that names the
    tracked files that no build has; and one if git does not answer. Repositories inside of the
    checkout, such as submodules, are asked, too. Nothing is known of a checkout that is not git's.
    """
    parents = [name for name in ("lib", "src") if (root / name).is_dir()]
    if not parents or not _is_repository(root):
        return
    try:
        yield from _of_repository(root, "", ["--", *parents])
    except _GitError as error:
        yield (
            "warning: git does not say which files in lib/ and src/ it tracks, so nothing here "
            f"warns of secrets among the others: {error}"
        )


def _is_repository(root: Path) -> bool:
    """Tell whether a directory is in a work tree of git's; git itself may be missing."""
    return any((parent / ".git").exists() for parent in (root, *root.resolve().parents))


def _of_repository(root: Path, prefix: str, paths: Sequence[str]) -> Iterator[str]:
    """Yield warnings about a repository, `prefix` below the checkout; or raise _GitError."""
    untracked = _listed(root / prefix, _UNTRACKED, paths)
    left_out = _listed(root / prefix, _LEFT_OUT, paths)
    for name in untracked:
        if not name.endswith("/") and looks_like_a_secret(name):
            shown = _shown(prefix + name)
            yield (
                f"warning: {shown} looks like a secret, and git does not track it: a "
                "build may copy it to the store, which every user of this machine can read. Name "
                "it in .gitignore, or move it out of the checkout"
            )
    if left_out:
        more = len(left_out) - _MOST_NAMED
        names = ", ".join(_shown(prefix + name) for name in left_out[:_MOST_NAMED])
        yield (
            f"warning: no build has {names}{f' and {more} more' if more > 0 else ''}, which git "
            "tracks: a .gitignore names them, or they are files that tools leave behind. Take them "
            "back with a line that begins with ! in that .gitignore, or rename them"
        )
    inner = {name for name in untracked if name.endswith("/")} | _submodules(root / prefix, paths)
    for name in sorted(inner):
        # A submodule that was not checked out is an empty directory of this repository.
        if (root / prefix / name / ".git").exists():
            yield from _of_repository(root, f"{prefix}{name}", [])


def _shown(name: str) -> str:
    """Return a name for a line: quoted, if a terminal would not show it as it is."""
    return name if name.isprintable() else repr(name)


def _submodules(repository: Path, paths: Sequence[str]) -> set[str]:
    """Return the directories of the submodules below some paths, with a slash at the end."""
    try:
        text = (repository / ".gitmodules").read_text("utf-8", errors="surrogateescape")
    except OSError:
        return set()
    tops = set(paths[1:])
    found = {f"{path.rstrip('/')}/" for path in _SUBMODULE.findall(text)}
    return {path for path in found if not tops or path.partition("/")[0] in tops}


def _listed(repository: Path, command: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Return the sorted paths that a command of git prints; raise _GitError if it fails."""
    # Settings of git in variables are about another checkout.
    variables = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    try:
        done = subprocess.run(
            ["git", *command, *paths],
            cwd=repository,
            env={**variables, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
    except FileNotFoundError as error:
        raise _GitError("there is no git on PATH. Install it") from error
    except subprocess.TimeoutExpired as error:
        raise _GitError(f"it did not end within {_PATIENCE:.0f} seconds") from error
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr if isinstance(error, subprocess.CalledProcessError) else b""
        lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
        raise _GitError(" ".join(filter(None, lines)) or str(error)) from error
    return sorted(os.fsdecode(name) for name in done.stdout.split(b"\0") if name)
