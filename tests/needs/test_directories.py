"""Directories that another user can change are refused, wherever they are on the way."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import other_user
import pytest
from needs import directories
from needs.errors import NeedsError
from other_user import AS_ROOT, OTHER

NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that everybody can enter."""
    with tempfile.TemporaryDirectory(prefix="needs-test-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def refusal(path: Path) -> str:
    """Return the error of making and of checking a directory, which is the same."""
    with pytest.raises(NeedsError) as made:
        directories.make(path)
    if path.exists():
        with pytest.raises(NeedsError) as checked:
            directories.check(path)
        assert str(checked.value) == str(made.value)
    return str(made.value)


def foreign(path: Path, owner: str) -> str:
    return (
        f"{path} belongs to the user {owner}, who could have needs signal any process and read any "
        "file. Remove it, which loses the data of servers in it, or set NEEDS_DIRECTORY to another "
        "place."
    )


def writable(path: Path, mode: str) -> str:
    return (
        f"other users can write to {path} (mode {mode}), and so have needs signal any process and "
        f"read any file. Run `chmod go-w {path}`, or set NEEDS_DIRECTORY to another place."
    )


def test_directories_are_made_and_pass(place: Path) -> None:
    umask = os.umask(0o077)
    try:
        directories.make(place / "a/b/redis")
        directories.make(place / "a/b/redis")
    finally:
        os.umask(umask)
    directories.check(place / "a/b/redis")
    modes = [stat.S_IMODE((place / name).stat().st_mode) for name in ("a", "a/b", "a/b/redis")]
    assert modes == ([0o755, 0o755, 0o711] if os.geteuid() == 0 else [0o700] * 3)


def test_a_directory_that_is_not_there(place: Path) -> None:
    with pytest.raises(FileNotFoundError):
        directories.check(place / "redis")


def test_a_file_in_the_way(place: Path) -> None:
    (place / "a").write_text("")
    assert refusal(place / "a/redis") == (
        f"{place}/a is not a directory; remove it, or set NEEDS_DIRECTORY to another place."
    )


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
@pytest.mark.parametrize("name", ["a", "a/redis"])
def test_a_directory_that_others_can_write(name: str, mode: int, place: Path) -> None:
    (place / "a/redis").mkdir(parents=True)
    (place / name).chmod(mode)
    assert refusal(place / "a/redis") == writable(place / name, f"{mode:04o}")


def test_a_sticky_directory_is_good_on_the_way_alone(place: Path) -> None:
    (place / "tmp/redis").mkdir(parents=True)
    (place / "tmp").chmod(0o1777)
    directories.check(place / "tmp/redis")
    (place / "tmp/redis").chmod(0o1777)
    assert refusal(place / "tmp/redis") == writable(place / "tmp/redis", "1777")


def test_links_of_ones_own_are_followed(place: Path) -> None:
    (place / "real").mkdir()
    (place / "relative").symlink_to("real")
    (place / "absolute").symlink_to(place / "relative/../relative")
    directories.make(place / "absolute/redis")
    directories.check(place / "absolute/redis")
    assert (place / "real/redis").is_dir()
    (place / "real").chmod(0o777)
    assert refusal(place / "absolute/redis") == writable(place / "real", "0777")


def test_links_in_a_circle(place: Path) -> None:
    (place / "a").symlink_to("b")
    (place / "b").symlink_to("a")
    with pytest.raises(NeedsError, match="Too many levels of symbolic links"):
        directories.check(place / "a/redis")
    with pytest.raises(NeedsError, match="Too many levels of symbolic links"):
        directories.make(place / "a/redis")


@AS_ROOT
@pytest.mark.parametrize("owner", [NOBODY, OTHER])
@pytest.mark.parametrize("name", ["a", "a/redis"])
def test_a_directory_of_another_user(name: str, owner: int, place: Path) -> None:
    (place / "a/redis").mkdir(parents=True)
    os.chown(place / name, owner, owner)
    user = "nobody" if owner == NOBODY else str(OTHER)
    assert refusal(place / "a/redis") == foreign(place / name, user)


@AS_ROOT
@pytest.mark.parametrize("makes", ["mkdir", "symlink"])
def test_what_another_user_put_into_a_sticky_directory(makes: str, place: Path) -> None:
    (place / "tmp").mkdir()
    (place / "tmp").chmod(0o1777)
    (place / "root/redis").mkdir(parents=True)
    trap = place / "tmp/needs"
    code = {"mkdir": f"os.mkdir('{trap}')", "symlink": f"os.symlink('{place}/root', '{trap}')"}
    assert other_user.run(code[makes]).returncode == 0
    assert refusal(trap / "redis") == foreign(trap, str(OTHER))


@AS_ROOT
def test_nothing_is_made_where_another_user_leads(place: Path) -> None:
    (place / "tmp").mkdir()
    (place / "tmp").chmod(0o1777)
    (place / "root").mkdir()
    trap = place / "tmp/needs"
    assert other_user.run(f"os.symlink('{place}/root', '{trap}')").returncode == 0
    assert refusal(trap / "a/redis") == foreign(trap, str(OTHER))
    assert list((place / "root").iterdir()) == []


@AS_ROOT
def test_a_directory_that_the_servers_user_cannot_enter(place: Path) -> None:
    place.chmod(0o700)
    with pytest.raises(NeedsError) as raised:
        directories.make(place / "redis")
    assert str(raised.value) == (
        f"root's servers run as the user nobody, who cannot enter {place}. Set NEEDS_DIRECTORY to "
        "a directory that everybody can enter."
    )


@AS_ROOT
def test_another_user_is_refused_roots_directory(place: Path) -> None:
    (place / "redis").mkdir()
    # The modules where that user can read them, whatever the mode of the checkout is.
    shutil.copytree(Path(directories.__file__).parent, place / "code/needs")
    code = (
        f"import sys\nsys.dont_write_bytecode = True\nsys.path.insert(0, '{place}/code')\n"
        f"from needs import directories\ndirectories.check(Path('{place}/redis'))"
    )
    error = foreign(place / "redis", "root")
    assert f"NeedsError: {error}" in other_user.run(code).stderr


@AS_ROOT
def test_a_directory_out_of_reach(place: Path) -> None:
    (place / "closed/a").mkdir(parents=True)
    (place / "closed").chmod(0o700)
    shutil.copytree(Path(directories.__file__).parent, place / "code/needs")
    code = (
        f"import sys\nsys.dont_write_bytecode = True\nsys.path.insert(0, '{place}/code')\n"
        f"from needs import directories\ndirectories.check(Path('{place}/closed/a/redis'))"
    )
    error = f"{place}/closed/a is out of reach: Permission denied; check NEEDS_DIRECTORY."
    assert f"NeedsError: {error}" in other_user.run(code).stderr


def test_the_home_is_the_servers_users(place: Path) -> None:
    directories.make_home(place / "home")
    directories.make_home(place / "home")
    status = (place / "home").stat()
    assert status.st_uid == (NOBODY if os.geteuid() == 0 else os.geteuid())
    assert status.st_mode & 0o777 == 0o700


@AS_ROOT
def test_the_home_of_another_user(place: Path) -> None:
    (place / "home").mkdir()
    os.chown(place / "home", OTHER, OTHER)
    with pytest.raises(NeedsError) as raised:
        directories.make_home(place / "home")
    assert str(raised.value) == foreign(place / "home", str(OTHER))


@AS_ROOT
def test_a_home_that_was_not_given_away_yet(place: Path) -> None:
    (place / "home").mkdir(mode=0o700)
    directories.make_home(place / "home")
    assert (place / "home").stat().st_uid == NOBODY


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("/")])
def test_a_home_that_is_not_a_directory(make: Callable[[Path], None], place: Path) -> None:
    make(place / "home")
    with pytest.raises(NeedsError) as raised:
        directories.make_home(place / "home")
    assert str(raised.value) == (
        f"{place}/home is not a directory; remove it, or set NEEDS_DIRECTORY to another place."
    )
