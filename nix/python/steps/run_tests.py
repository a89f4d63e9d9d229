"""Run the tests of a workspace member against the environment that it is built into.

Environment, set by tests.nix: environment (with the member and pytest), src (the tests), out
(gets junit.xml and log).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def run_tests(environment: Path, directory: Path, out: Path) -> int:
    """Run pytest in a directory; write junit.xml and log to out; return pytest's exit status."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    home = directory / ".home"
    home.mkdir()
    command = [str(environment / "bin/python"), "-m", "pytest", "tests", "-p", "no:cacheprovider"]
    with (
        (out / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "--junitxml", str(out / "junit.xml"), "-o", "junit_family=xunit2"],
            cwd=directory,
            env={**variables, "HOME": str(home), "PATH": str(environment / "bin")},
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


def main() -> int:
    """Run the build step."""
    out = Path(os.environ["out"])
    out.mkdir()
    directory = Path("checkout").absolute()
    shutil.copytree(os.environ["src"], directory, copy_function=shutil.copyfile)
    for parent, _, _ in os.walk(directory):
        Path(parent).chmod(0o755)
    return run_tests(Path(os.environ["environment"]), directory, out)


if __name__ == "__main__":
    sys.exit(main())
