"""Who servers run as."""

import os
import pwd
import tempfile
from pathlib import Path

import pytest
from needs import user
from needs.errors import NeedsError

ROOTS = pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers are not its own")


@pytest.mark.skipif(os.geteuid() == 0, reason="root's servers are not its own")
def test_servers_are_the_users_own(tmp_path: Path) -> None:
    assert user.options() == {}
    user.make_directory(tmp_path / "a/redis")
    assert (tmp_path / "a/redis").stat().st_mode & 0o777 == 0o700


@ROOTS
def test_servers_of_root_are_somebody_elses() -> None:
    nobody = pwd.getpwnam(user.NAME)
    options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    assert user.options() == options
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o711)
        user.make_directory(Path(name, "redis"))
        status = Path(name, "redis").stat()
        assert (status.st_uid, status.st_mode & 0o777) == (nobody.pw_uid, 0o700)


@ROOTS
def test_a_directory_that_they_cannot_enter() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name, pytest.raises(NeedsError) as raised:
        user.make_directory(Path(name, "redis"))
    assert str(raised.value) == (
        f"root's servers run as the user nobody, who cannot enter {name}. Set NEEDS_DIRECTORY to a "
        "directory that everybody can enter."
    )
