"""The command line: `python -m from_connexion CHECKOUT REASONS`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import packages

from . import TESTS, reasons
from .errors import ReplayError
from .exchange import Exchange, read
from .report import judge

# What connexion's tests import, besides what `api` depends on.
REQUIREMENTS = ("a2wsgi", "swagger-ui-bundle")


def main(checkout: Path, listed: Path) -> int:
    """Replay the requests, print what differs, and return the status."""
    try:
        rows = reasons.read(listed)
        exchanges = replay(checkout)
    except ReplayError as error:
        print(f"from_connexion: {error}", file=sys.stderr)
        return 2
    report = judge(exchanges, rows)
    for line in report.lines():
        print(line)
    return 0 if report.passes else 1


def replay(checkout: Path) -> list[Exchange]:
    """Return the requests of the tests of a checkout, with both answers.

    Raises:
        ReplayError: There are no tests, or they fail.
    """
    if not (checkout / TESTS[0]).is_dir():
        raise ReplayError(f"{checkout} has no {TESTS[0]}; give the path of a checkout of connexion")
    with tempfile.TemporaryDirectory(prefix="from-connexion-") as name:
        directory = Path(name)
        needed = packages.install(directory / "packages", *REQUIREMENTS, "--no-deps")
        file = directory / "exchanges"
        module = f"{__package__}.recording"
        done = subprocess.run(
            [sys.executable, "-B", "-m", module, str(checkout), str(file)],
            env={**os.environ, "PYTHONPATH": f"{os.environ['PYTHONPATH']}:{needed}"},
            stdout=sys.stderr,
            check=False,
        )
        if done.returncode:
            raise ReplayError(
                "connexion's tests fail, so that not all requests are known: see above; "
                "take a checkout of the locked version"
            )
        return list(read(file))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
