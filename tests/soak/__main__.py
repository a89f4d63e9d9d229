"""The command line: which campaigns, and how much of each."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

import checkout

from .campaign import Campaign, line, passes
from .errors import SoakError
from .running import find, run


def main() -> int:
    """Run what the command line names, print a line for each campaign, and return the status."""
    # A shell that starts this in the background has interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminate)
    campaigns = find()
    options = parser(campaigns).parse_args()
    if unknown := set(options.names) - set(campaigns):
        parser(campaigns).error(f"there is no campaign {', '.join(sorted(unknown))}; see --help")
    directory = Path(tempfile.mkdtemp(prefix="soak-"))
    directory.chmod(0o711)  # the servers of root run as another user
    failed = []
    try:
        # A copy, so that edits do not disturb what runs for long.
        root = checkout.copy(directory / "checkout")
        for name in options.names or campaigns:
            if not succeeds(name, campaigns[name], options.share, root, directory / name):
                failed.append(name)
    except KeyboardInterrupt:
        say("interrupted; nothing is left behind")
        failed.clear()
        return 128 + signal.SIGINT
    finally:
        for path in directory.iterdir():
            if path.name not in failed:
                shutil.rmtree(path)
        if not failed:
            directory.rmdir()
    for name in failed:
        say(f"{name}: the log, and what the servers left, are in {directory / name}")
    return 1 if failed else 0


def parser(campaigns: dict[str, Campaign]) -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="tests/soak/run",
        description="Run campaigns that count failures on real servers; exit with 1 if one fails.",
    )
    made.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to run: {', '.join(campaigns)}; else all"
    )
    made.add_argument(
        "--share", type=share, default=1.0, help="how much of each to run, such as 0.01; else all"
    )
    return made


def share(text: str) -> float:
    """Return a share that the command line names.

    Raises:
        argparse.ArgumentTypeError: It is not above 0 and at most 1.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0 and at most 1")
    return value


def succeeds(name: str, campaign: Campaign, share: float, root: Path, directory: Path) -> bool:
    """Run one campaign, print its line, and tell whether it passed."""
    say(f"running {name}; its log is {directory / 'log'}")
    started = time.monotonic()
    try:
        tally = run(name, campaign, share, root, directory)
        for note in tally.notes:
            say(f"{name}: {note}")
        print(line(name, campaign, tally), flush=True)
        return passes(campaign, tally)
    except SoakError as error:
        why, _, details = str(error).partition("\n")
        print(f"{name}: FAILED: {why}", flush=True)
        if details:
            say(f"{name}:\n{details}")
        return False
    finally:
        say(f"ran {name} for {time.monotonic() - started:.0f} s")


def say(what: str) -> None:
    """Print a line on standard error."""
    print(f"soak: {what}", file=sys.stderr, flush=True)


def _terminate(number: int, _frame: FrameType | None) -> NoReturn:
    # As an exception, so that campaigns and servers are stopped on the way out.
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
