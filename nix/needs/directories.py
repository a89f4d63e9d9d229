"""Directories that no other user can change: a server's control files are in one.

`needs` sends signals to a process that it finds there, and prints a file of it. Another user who
could write there could have root's `needs` signal any process and print any file.
"""

import errno
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from needs import user
from needs.errors import NeedsError

LINKS = 40
"""The number of symbolic links on one path that Linux follows (path_resolution(7))."""

ELSEWHERE = "or set NEEDS_DIRECTORY to another place"


def make(path: Path) -> None:
    """Make a directory that only this user can write, and those above it.

    Root's servers can pass through these directories, but not list the last one.

    Raises:
        NeedsError: one of them cannot be made, or another user can change it.
    """
    for directory in [*reversed(path.parents), path]:
        mode = (0o711 if directory == path else 0o755) if user.is_root() else 0o700
        try:
            _make_one(directory, mode)
        except FileExistsError:
            what = f"is not a directory; remove it, {ELSEWHERE}"
            raise NeedsError(f"{directory} {what}.") from None
        except OSError as error:
            what = f"cannot be made: {error.strerror}; set NEEDS_DIRECTORY to another place"
            raise NeedsError(f"{directory} {what}.") from None
    check(path)
    if user.is_root():
        _check_passage(path)


def check(path: Path) -> None:
    """Make sure that only this user and root can change what a path leads to.

    That is so when each directory and symbolic link on the way belongs to one of them, and no other
    user can write to these directories. A sticky one, such as /tmp, may be on the way.

    Raises:
        NeedsError: another user can change it, or this user cannot reach it.
        FileNotFoundError: there is no such directory.
    """
    last = path
    try:
        for last, status in _way(path):
            _check_entry(last, status)
        status = last.stat()
    except PermissionError as error:
        raise NeedsError(
            f"{error.filename} is out of reach: {error.strerror}; check NEEDS_DIRECTORY."
        ) from None
    if status.st_uid != os.geteuid():
        raise _foreign(last, status)
    if status.st_mode & 0o022:
        raise _writable(last, status)


def make_home(path: Path) -> None:
    """Make the servers' user's own directory, in a directory that passed `check`.

    Raises:
        NeedsError: it is another user's, or not a directory.
    """
    owner, group = user.ids()
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise NeedsError(f"{path} is not a directory; remove it, {ELSEWHERE}.")
    if status.st_uid not in (owner, os.geteuid()):
        raise _foreign(path, status)
    # It is this user's if it is new, or if a call before ended here.
    os.chown(path, owner, group, follow_symlinks=False)


def _make_one(directory: Path, mode: int) -> None:
    """Make a directory, if it is missing, in one that no other user can change."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(directory.stat().st_mode):
            return
        raise FileExistsError
    for place, status in _way(directory.parent):
        _check_entry(place, status)
    with suppress(FileExistsError):  # another call made it meanwhile
        directory.mkdir(mode)
        directory.chmod(mode)  # also with a umask that lets nobody in


def _way(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the directories and symbolic links that lead to a path, from / on, each with its state.

    What was checked stays so: in a directory that passed, others cannot replace an entry.
    """
    place = Path("/")
    yield place, place.lstat()
    rest = list(reversed(path.absolute().parts[1:]))
    links = 0
    while rest:
        name = rest.pop()
        if name == "..":
            place = place.parent
            continue
        entry = place / name
        status = entry.lstat()
        yield entry, status
        if not stat.S_ISLNK(status.st_mode):
            place = entry
            continue
        links += 1
        if links > LINKS:
            raise NeedsError(
                f"{path}: {os.strerror(errno.ELOOP)}. Remove one of them, {ELSEWHERE}."
            )
        target = entry.readlink()
        if target.is_absolute():
            place = Path("/")
        rest += reversed([part for part in target.parts if part != "/"])


def _check_entry(path: Path, status: os.stat_result) -> None:
    """Raise NeedsError if other users can change an entry on the way, or what is in it."""
    if status.st_uid not in _owners(os.geteuid()):
        raise _foreign(path, status)
    if stat.S_ISLNK(status.st_mode):
        return
    if not stat.S_ISDIR(status.st_mode):
        raise NeedsError(f"{path} is not a directory; remove it, {ELSEWHERE}.")
    if status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX:
        raise _writable(path, status)


def _check_passage(path: Path) -> None:
    """Raise NeedsError if root's servers cannot reach a directory."""
    for parent in path.resolve().parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise NeedsError(
                f"root's servers run as the user {user.NAME}, who cannot enter {parent}. Set "
                "NEEDS_DIRECTORY to a directory that everybody can enter."
            )


@cache
def _owners(own: int) -> set[int]:
    """Return the numbers of the users that are trusted: root, and this process's own.

    In a user namespace, such as the build sandbox, root is not among its users: what is root's
    appears as that of the overflow user (user_namespaces(7)).
    """
    owners = {0, own}
    overflow = int(Path("/proc/sys/kernel/overflowuid").read_text())
    maps = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    if not any(int(first) <= overflow < int(first) + int(count) for first, _, count in maps):
        owners.add(overflow)
    return owners


def _foreign(path: Path, status: os.stat_result) -> NeedsError:
    try:
        owner = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        owner = str(status.st_uid)
    return NeedsError(
        f"{path} belongs to the user {owner}, who could have needs signal any process and read any "
        f"file. Remove it, which loses the data of servers in it, {ELSEWHERE}."
    )


def _writable(path: Path, status: os.stat_result) -> NeedsError:
    mode = stat.S_IMODE(status.st_mode)
    return NeedsError(
        f"other users can write to {path} (mode {mode:04o}), and so have needs signal any process "
        f"and read any file. Run `chmod go-w {path}`, {ELSEWHERE}."
    )
