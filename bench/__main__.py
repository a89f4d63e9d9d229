"""The command line: which measurements to take, with which member of the workspace."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from please_cli.errors import UserError
from rich.console import Console

from bench import checkout
from bench.errors import BenchError
from bench.figure import Figure
from bench.job import Job, say
from bench.measure import MEASUREMENTS
from bench.process import environment
from bench.table import table
from bench.toolchain import remove

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Take the measurements of the command line, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measure the speed of the toolchain on this machine."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(MEASUREMENTS)}"
    )
    parser.add_argument(
        "--of", default="treestatus", metavar="MEMBER", help="the service or library to build"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(MEASUREMENTS):
        parser.error(f"no measurement {', '.join(sorted(unknown))}; see --help")
    figures: list[Figure] = []
    try:
        with scratch() as directory:
            variables = environment(os.environ)
            variables |= {"TMPDIR": str(directory), "UV_CACHE_DIR": str(directory / "uv-cache")}
            # One copy first, so that edits of the checkout do not disturb the measurements.
            root = checkout.copy(ROOT, directory / "checkout")
            job = Job(root, arguments.of, directory, variables)
            figures.extend(measure(job, arguments.names or MEASUREMENTS))
        return 0
    except (BenchError, UserError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("interrupted; nothing is left behind")
        return 130
    finally:
        if figures:
            show(figures, f"{arguments.of}, {len(os.sched_getaffinity(0))} cores, medians")


def show(figures: Iterable[Figure], title: str) -> None:
    """Print the table; 120 columns wide where the output is not a terminal."""
    Console(width=None if sys.stdout.isatty() else 120).print(table(title, figures))


def measure(job: Job, names: Iterable[str]) -> Iterator[Figure]:
    """Take the named measurements, one after the other."""
    for name in names:
        say(f"measuring {name}")
        started = time.monotonic()
        yield from MEASUREMENTS[name](job)
        say(f"measured {name} in {time.monotonic() - started:.0f} s")


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a temporary directory, and remove it with the stores in it."""
    directory = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        yield directory
    finally:
        remove(directory)


if __name__ == "__main__":
    sys.exit(main())
