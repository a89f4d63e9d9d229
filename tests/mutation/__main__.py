"""The command line: change the code of extensions at random, and run their tests each time."""

import argparse
import random
import secrets
import signal
import sys
import tempfile
from pathlib import Path

import checkout

from .changes import Change, find
from .suite import Suite

LIBRARY = Path("lib/backend_common")
HARMLESS = Path(__file__).parent / "harmless.txt"
EXTENSIONS = ("api", "auth", "auth0", "security", "cors", "cache", "pulse", "db")


def main() -> int:
    """Make the changes that the command line asks for; return 1 if too many went unnoticed."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(f"seed {options.seed}", flush=True)
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        root = checkout.copy(Path(directory) / "checkout") / LIBRARY
        for name in options.names:
            unnoticed += _try(root, name, options)
    print(f"{unnoticed} unnoticed, at most {options.allowed} may be")
    return 1 if unnoticed > options.allowed else 0


def _try(root: Path, name: str, options: argparse.Namespace) -> int:
    """Try the changes to one extension, print those that went unnoticed, and return how many."""
    suite = Suite(root, name)
    if failure := suite.measure():
        sys.exit(f"{failure}\n{name}: its tests fail without any change")
    changes = [each for path in _files(root, name) for each in find(path)]
    # NB: a seed of its own, so that an extension has the same changes whatever else is tried.
    chosen = random.Random(f"{options.seed} {name}").sample(
        changes, min(options.count, len(changes))
    )
    counts = {"noticed": 0, "harmless": 0, "unnoticed": 0}
    for number, change in enumerate(chosen, 1):
        if options.only and number not in options.only:
            continue
        place = change.path.relative_to(root)
        if _key(place, change) in _harmless():
            counts["harmless"] += 1
            continue
        original = change.path.read_bytes()
        try:
            change.apply()
            failure = suite.failure_with(change.path)
        finally:
            change.path.write_bytes(original)
        counts["noticed" if failure else "unnoticed"] += 1
        if not failure or options.verbose:
            said = "noticed" if failure else "UNNOTICED"
            print(f"{said}: {name} {number}: {LIBRARY / place}:{change.line}", flush=True)
            print(f"    {change.source}\n    {change.old} -> {change.new}", flush=True)
            if failure:
                print(f"    {failure}", flush=True)
    totals = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"{name}: {len(changes)} changes are possible; {totals}", flush=True)
    return counts["unnoticed"]


def _files(root: Path, name: str) -> list[Path]:
    package = root / "backend_common" / name
    return sorted(package.rglob("*.py")) if package.is_dir() else [package.with_suffix(".py")]


def _key(place: Path, change: Change) -> str:
    return f"{place} | {change.source} | {change.old} -> {change.new}".replace("\n", " ")


def _harmless() -> set[str]:
    """Return the changes that change nothing; the reason stands in the line above each."""
    lines = HARMLESS.read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests/mutation/run", description=__doc__)
    parser.add_argument("names", nargs="*", default=EXTENSIONS, help="extensions, else eight")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="makes the same choice again")
    parser.add_argument("--count", type=int, default=15, help="changes to each, 15 unless given")
    parser.add_argument("--allowed", type=int, default=5, help="how many may go unnoticed")
    parser.add_argument("--only", type=int, action="append", help="the number of one change")
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="print those that were noticed, too, and by which test",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
