"""Run the tests of a workspace member against the environment that it is built into.

Environment, set by tests.nix: environment (with the member and pytest), src (the tests), paths
(where they are, a list as JSON), arguments (further ones of pytest), out (gets junit.xml and log).
For the error if there are no tests: member (its directory in the checkout), expected (where its
tests should be). If the member asks for servers, also needs (a prefix with bin/needs) and what that
reads.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from source_links import left_out

NO_TESTS = 5
"""The exit status of pytest that collected no tests (pytest.ExitCode.NO_TESTS_COLLECTED)."""


def run_tests(
    command: list[str], directory: Path, out: Path, path: str, variables: Mapping[str, str]
) -> int:
    """Run pytest in a directory; write junit.xml and log to out; return pytest's exit status.

    command is pytest's, path and variables are for its environment.
    """
    home = directory / ".home"
    home.mkdir()
    with (
        (out / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "--junitxml", str(out / "junit.xml"), "-o", "junit_family=xunit2"],
            cwd=directory,
            env={**variables, "HOME": str(home), "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as pytest,
    ):
        assert pytest.stdout is not None
        for line in pytest.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            log.write(line)
    return pytest.returncode


@contextmanager
def servers(program: str, variables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield variables for `needs run`; when the context ends, the servers have ended."""
    # A place that the servers' user can enter; in the sandbox, /tmp is the sandbox's own.
    with tempfile.TemporaryDirectory(prefix="needs-", dir="/tmp") as directory:
        Path(directory).chmod(0o711)
        variables = {**variables, "NEEDS_DIRECTORY": directory}
        try:
            yield variables
        finally:
            subprocess.run([program, "stop"], env=variables, check=True)


def main() -> int:
    """Run the build step, and return pytest's exit status."""
    # A shell's background jobs ignore interrupts, and what they start inherits that (POSIX, 2.11):
    # Nix, its builders, and programs that are tested for how they take one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    out = Path(os.environ["out"])
    out.mkdir()
    directory = Path("checkout").absolute()
    source = os.environ["src"]
    shutil.copytree(source, directory, ignore=left_out(source), copy_function=copy)
    for parent, _, _ in os.walk(directory):
        Path(parent).chmod(0o755)
    paths = json.loads(os.environ["paths"])
    member = os.environ["member"]
    # Without these, pytest would complain of its own arguments.
    missing = [path for path in paths if not (directory / path).exists()]
    status = NO_TESTS if missing else run(directory, paths, out)
    if missing and paths != ["tests"]:
        print(
            f"error: {member}/pyproject.toml: [tool.services.tests]: paths: there is no file "
            f"{', '.join(missing)}, or git does not track it: correct the path (docs/testing.md)",
            flush=True,
        )
    elif status == NO_TESTS:
        expected = os.environ["expected"]
        print(f"error: {member} has no tests: write {expected} (docs/testing.md)", flush=True)
    return status


def copy(source: str, target: str) -> None:
    """Copy a file so that tests may write it, and whether it is executable."""
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def run(directory: Path, paths: Sequence[str], out: Path) -> int:
    """Run the tests in a directory, at these paths, with servers if the member asks for some.

    Returns pytest's exit status.
    """
    bin_directory = f"{os.environ['environment']}/bin"
    command = [f"{bin_directory}/python", "-m", "pytest", *paths, "-p", "no:cacheprovider"]
    command += os.environ["arguments"].split()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    if "needs" not in os.environ:
        return run_tests(command, directory, out, bin_directory, variables)
    needs = f"{os.environ['needs']}/bin"
    with servers(f"{needs}/needs", variables) as found:
        return run_tests(
            [f"{needs}/needs", "run", "--", *command],
            directory,
            out,
            f"{bin_directory}:{needs}",
            found,
        )


if __name__ == "__main__":
    sys.exit(main())
