"""The tests of one extension, run in the order that finds a fault soon, and ended in time."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

SLOWER = 3  # times; a change may make tests wait for what never comes
PATIENCE = 30.0  # seconds on top of that
SHOWN = 60  # lines of a failure: all frames of a test that takes too long


class Suite:
    """The tests of one extension of a copy of the library.

    :param root: the directory of the library.
    :param name: of the extension.
    """

    def __init__(self, root: Path, name: str) -> None:
        self._root = root
        self._name = name
        own = [root / f"tests/test_{name}.py", *sorted(root.glob(f"tests/test_{name}_*.py"))]
        self._files = {f"tests/{path.name}": path.read_text() for path in own}
        self._seconds: defaultdict[str, float] = defaultdict(float)  # by file
        self._limit: float | None = None
        self._test_limit: float | None = None

    def measure(self) -> str | None:
        """Run all tests; return the end of what they print if they fail."""
        started = time.monotonic()
        with tempfile.NamedTemporaryFile(prefix="mutation-", suffix=".xml") as report:
            failure = self._run(list(self._files), f"--junitxml={report.name}")
            if failure is not None:
                return failure
            longest = 0.0
            for case in ElementTree.parse(report.name).iter("testcase"):
                seconds = float(case.attrib["time"])
                self._seconds[case.attrib["classname"].replace(".", "/") + ".py"] += seconds
                longest = max(longest, seconds)
        self._limit = SLOWER * (time.monotonic() - started) + PATIENCE
        self._test_limit = SLOWER * longest + PATIENCE
        return None

    def failure_with(self, changed: Path) -> str | None:
        """Return which test fails with a change to the file *changed*, or None if all pass in time.

        The files of tests that name the changed module come first, the fastest ones before.
        """

        def order(file: str) -> tuple[bool, float]:
            return changed.stem not in file + self._files[file], self._seconds[file]

        failure = self._run(sorted(self._files, key=order))
        return None if failure is None else _brief(failure)

    def _run(self, files: Sequence[str], *options: str) -> str | None:
        """Run tests until one fails; return the end of what they print, or None if all pass."""
        pytest = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        if self._test_limit is not None:
            pytest += ["-o", f"faulthandler_timeout={self._test_limit}"]
            pytest += ["-o", "faulthandler_exit_on_timeout=true"]
        for arguments in (
            # The documentation has the bounds and defaults of settings, and is made from them.
            ["tests/support/settings_tables.py", "--check"],
            [*pytest, *options, *files],
            [*pytest, "tests/test_contract.py", "--extension", self._name],
        ):
            if (failure := self._execute(arguments)) is not None:
                _repair_servers()
                return failure
        return None

    def _execute(self, arguments: Sequence[str]) -> str | None:
        """Run Python; return the end of what it prints if it fails, or takes too long."""
        path = os.pathsep.join([str(self._root), os.environ.get("PYTHONPATH", "")])
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self._root,
                env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = process.wait(self._limit)
            except subprocess.TimeoutExpired:
                return f"the tests did not end in {self._limit:.0f} s"
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # and the processes that tests started
                process.wait()
            output.seek(0)
            return "".join(output.readlines()[-SHOWN:]) if status else None


def _brief(failure: str) -> str:
    """Return the line of *failure* that names a test, or else its last one."""
    lines = [line.strip() for line in failure.splitlines()] or ["the process was ended"]
    named = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    # Where the test stands that takes too long: faulthandler writes all frames.
    stands = [line for line in lines if "/tests/test_" in line]
    return (named or stands or lines)[-1]


def _repair_servers() -> None:
    """Start the servers again that a test had stopped or frozen when it was ended."""
    for action in ("thaw", "start"):
        subprocess.run(["needs", action], check=True, capture_output=True)
