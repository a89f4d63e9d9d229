"""Runs the campaign: `python -m soak.malformed SHARE`; a process of its own for each service."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import packages

from ..campaign import Tally

PLAN = (
    # A service, the module that makes the requests, and how many of them.
    ("exposed", "properties", 60_000),
    ("exposed", "documents", 20_000),
    ("tokens", "properties", 5_000),
    ("tokens", "documents", 5_000),
    ("treestatus", "properties", 5_000),
    ("treestatus", "documents", 5_000),
)
EXPECTED = {
    "exposed": {"200", "302", "400", "401", "404"},
    "tokens": {"200", "400", "401", "404"},
    "treestatus": {"200", "400", "401", "404"},
}
"""The statuses without which the requests to a service do not reach its code."""
LEAST = 300
"""With fewer requests to a service, some of the expected statuses may be missing."""
SCHEMATHESIS = "schemathesis~=4.0"


def main(share: float) -> None:
    """Send a share of the planned requests, and print the tally."""
    installed = packages.install(Path.cwd() / "schemathesis", SCHEMATHESIS)
    tried = planned = failed = unseen = 0
    notes = []
    for name, way, whole in PLAN:
        count = max(round(whole * share), LEAST if way == "properties" else 1)
        print(f"{name}, {way}: {count} requests", file=sys.stderr, flush=True)
        found = send(name, way, count, installed)
        tried += found["requests"]
        planned += count
        failed += found["failed"]
        notes.append(f"{name}, {way}: answers by status: {found['statuses']}")
        notes += [f"{name}, {way}: failed: {request}" for request in found["first"]]
        if way == "properties":
            missing = sorted(EXPECTED[name] - found["statuses"].keys())
            unseen += len(missing)
            notes += [f"{name}, {way}: no answer had the status {status}" for status in missing]
            if found["unmet"]:
                notes.append(
                    f"{name}, {way}: without some credentials: {', '.join(found['unmet'])}"
                )
    counts = {"failed": failed, "expected statuses never seen": unseen}
    Tally(tried, planned, counts, notes).print()


def send(name: str, way: str, count: int, installed: Path) -> Any:
    """Send requests to one service; return what `one_service` prints."""
    exposed = Path(__file__).parent / "exposed"
    variables = {**os.environ, "PYTHONPATH": f"{os.environ['PYTHONPATH']}:{exposed}"}
    module = f"{__package__}.one_service"
    done = subprocess.run(
        [sys.executable, "-B", "-m", module, name, way, str(count), str(installed)],
        env=variables,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main(float(sys.argv[1]))
