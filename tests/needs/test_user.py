"""The user that servers run as."""

import os
import pwd
import subprocess
import sys

import pytest
from needs import user
from needs.errors import NeedsError
from other_user import AS_ROOT
from toolchain import ROOT


@pytest.mark.skipif(os.geteuid() == 0, reason="root's servers are not its own")
def test_servers_are_the_users_own() -> None:
    assert user.options() == {}
    assert user.ids() == (os.geteuid(), os.getegid())
    user.become()


@AS_ROOT
def test_servers_of_root_are_another_users() -> None:
    nobody = pwd.getpwnam(user.NAME)
    options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    assert user.options() == options
    assert user.ids() == (nobody.pw_uid, nobody.pw_gid)


@AS_ROOT
def test_root_is_given_up_for_good() -> None:
    code = (
        "import os\nfrom needs import user\nuser.become()\n"
        "print(os.getresuid(), os.getresgid(), os.getgroups())\nos.setuid(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "nix")},
        capture_output=True,
        text=True,
        check=False,
    )
    uid, gid = user.ids()
    assert done.stdout == f"{(uid,) * 3} {(gid,) * 3} []\n"
    assert "PermissionError" in done.stderr


@AS_ROOT
def test_a_system_without_that_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user, "NAME", "no-such-user")
    with pytest.raises(NeedsError) as raised:
        user.options()
    assert str(raised.value) == (
        "root's servers run as the user no-such-user, which this system does not have. Add it, or "
        "call needs as a user other than root."
    )
