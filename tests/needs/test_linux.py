"""What Linux does for processes: each test has processes of its own for it."""

import errno
import os
import subprocess
import sys
from pathlib import Path

from needed import eventually
from toolchain import ROOT


def run(code: str) -> "subprocess.Popen[str]":
    """Start Python with the module at hand."""
    return subprocess.Popen(
        [sys.executable, "-c", f"import os, subprocess, time\nfrom needs import linux\n{code}"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "nix")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True


def test_a_child_dies_with_its_parent() -> None:
    with run(
        "child = subprocess.Popen(['sleep', '600'], preexec_fn=linux.die_with_parent)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)"
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not is_gone(child)
        parent.kill()
    eventually(lambda: is_gone(child))


def test_orphans_are_adopted_and_killed() -> None:
    with run(
        "linux.adopt_orphans()\n"
        "shell = 'setsid sleep 600 >/dev/null & echo $!'\n"
        "orphan = subprocess.run(['sh', '-c', shell], stdout=subprocess.PIPE, text=True).stdout\n"
        "linux.kill_children()\n"
        "print(orphan, end='', flush=True)"
    ) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
    assert is_gone(orphan)
    assert parent.returncode == 0


# prctl(2) fails with an errno for the option PR_SET_CHILD_SUBREAPER, as under an emulator.
WITHOUT_SUBREAPER = """
import ctypes
class Libc:
    @staticmethod
    def prctl(option, *arguments):
        if option != 36:
            return 0
        ctypes.set_errno({number})
        return -1
linux._libc = Libc
"""


def test_an_emulator_that_adopts_no_orphans() -> None:
    with run(
        WITHOUT_SUBREAPER.format(number=errno.EINVAL)
        + "print(linux.adopt_orphans())\n"
        + "shell = 'sleep 600 & echo $!; wait'\n"
        + "child = subprocess.Popen(['sh', '-c', shell], stdout=subprocess.PIPE, text=True)\n"
        + "grandchild = int(child.stdout.readline())\n"
        + "linux.kill_children()\n"
        + "print(child.pid, grandchild, flush=True)\n"
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "False\n"
        child, grandchild = map(int, parent.stdout.readline().split())
    assert parent.returncode == 0
    # The children of a child that is killed are killed too, though nobody adopts them.
    assert is_gone(child)
    eventually(lambda: is_gone(grandchild))


def test_another_error_than_that_of_an_emulator() -> None:
    with run(
        WITHOUT_SUBREAPER.format(number=errno.EPERM)
        + "try:\n    linux.adopt_orphans()\n"
        + "except PermissionError:\n    print('refused', flush=True)\n"
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "refused\n"


def state(pid: int) -> str:
    """Return the state of a process, as in ps(1)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]


def test_a_signal_reaches_children_and_their_children_alone() -> None:
    with run(
        "import signal, sys\n"
        "shell = 'sleep 600 & echo $$ $!; wait'\n"
        "child = subprocess.Popen(['sh', '-c', shell], stdout=subprocess.PIPE, text=True)\n"
        "print(child.stdout.readline(), end='', flush=True)\n"
        "for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL):\n"
        "    sys.stdin.readline()\n"
        "    linux.signal_descendants(os.getpid(), number)\n"
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdin is not None
        family = [int(word) for word in parent.stdout.readline().split()]
        parent.stdin.write("\n")
        parent.stdin.flush()
        eventually(lambda: [state(pid) for pid in family] == ["T", "T"])
        assert state(parent.pid) == "S"
        parent.stdin.write("\n")
        parent.stdin.flush()
        eventually(lambda: [state(pid) for pid in family] == ["S", "S"])
        parent.stdin.write("\n")
        parent.stdin.flush()
        eventually(lambda: all(is_gone(pid) for pid in family))
    assert parent.returncode == 0
