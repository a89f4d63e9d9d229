"""Runs a command, and measures its cost."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.errors import BenchError

LIMIT = 900
"""The longest that a command may take, in seconds."""

_TAIL = 15
_KEPT = ("HOME", "USER", "LOGNAME", "PATH", "LANG", "http_proxy", "https_proxy", "no_proxy")
_KEPT_PREFIXES = ("NIX_", "PIP_", "SERVICES_", "XDG_")
_DROPPED_PREFIXES = ("NIX_BUILD_TOP", "NIX_BUILD_CORES", "NIX_STORE")


@dataclass(frozen=True)
class Usage:
    """CPU time (user and system, of the process and its children) and wall time, in seconds."""

    cpu: float
    wall: float

    def __add__(self, other: "Usage") -> "Usage":
        """Add up the cost of one command and the next."""
        return Usage(self.cpu + other.cpu, self.wall + other.wall)


@dataclass(frozen=True)
class Finished:
    """A command that succeeded: its cost and its output."""

    usage: Usage
    stdout: str
    stderr: str


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a development shell that matter to Nix, pip and uv."""
    return {
        name: value
        for name, value in variables.items()
        if name in _KEPT
        or (name.startswith(_KEPT_PREFIXES) and not name.startswith(_DROPPED_PREFIXES))
    }


def run(command: Sequence[str | Path], cwd: Path, env: Mapping[str, str]) -> Finished:
    """Run a command to its end, in a process group of its own, and measure it.

    The CPU time is that of all descendants which were waited for (wait4(2)): the builders of a
    Nix without a daemon are among them. Raises BenchError, with the end of the output, when the
    command fails or takes longer than LIMIT.
    """
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        # Nix stops its builders and removes what they have half written.
        limit = threading.Timer(LIMIT, os.killpg, (process.pid, signal.SIGINT))
        limit.start()
        try:
            _, status, spent = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGINT)
            process.wait()
            raise
        finally:
            limit.cancel()
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        printed, said = (_text(stream) for stream in (stdout, stderr))
    if process.returncode:
        what = f"ran into the limit of {LIMIT} s" if wall >= LIMIT else "failed"
        tail = "\n".join((printed + said).splitlines()[-_TAIL:])
        line = " ".join(str(word) for word in command)
        raise BenchError(f"{line}\nin {cwd} {what}; make it work by itself first. It said:\n{tail}")
    return Finished(Usage(spent.ru_utime + spent.ru_stime, wall), printed, said)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")
