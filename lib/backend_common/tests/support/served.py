"""A service that a server of its own serves, in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

Address = tuple[str, int]


@contextmanager
def served(
    directory: Path, command: Sequence[str], cwd: Path, **variables: str
) -> Iterator[Address]:
    """Run Python with the arguments of a server; yield the address that it says it listens on.

    :param directory: where the service is.
    :param cwd: the working directory of the process.
    :param variables: of its environment, beside those of this process.
    """
    paths = os.pathsep.join(path for path in (str(directory), *sys.path) if path)
    with subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", **variables},
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        found = (re.search(r"http://([\d.]+):(\d+)", line) for line in process.stderr)
        host, port = next(each for each in found if each).groups()
        yield host, int(port)
        process.kill()
