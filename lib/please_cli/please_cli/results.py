"""Counts of tests, from JUnit files and from the logs of those that wrote none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")
# pytest's last line: "= 1 failed, 2 passed in 0.10s =".
_SUMMARY = re.compile(r"^=* ?((?:\d+ \w+(?:, )?)+) in [\d.]+s")


@dataclass(frozen=True)
class Result:
    """The counts of one run of tests; `seconds` is how long it took, 0 when unknown."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


def from_junit(name: str, path: Path) -> Result:
    """Read the counts in a JUnit file; an error counts as a failure."""
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))

    def total(attribute: str) -> int:
        return sum(int(suite.get(attribute, 0)) for suite in suites)

    failed = total("failures") + total("errors")
    return Result(
        name=name,
        passed=total("tests") - failed - total("skipped"),
        failed=failed,
        skipped=total("skipped"),
        seconds=sum(float(suite.get("time", 0)) for suite in suites),
    )


def from_log(name: str, log: str) -> Result:
    """Read the counts in pytest's last line; a log without one is one failure."""
    summaries = [match[1] for line in log.splitlines() if (match := _SUMMARY.match(line))]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for number, what in _COUNT.findall(summaries[-1] if summaries else ""):
        key = {"passed": "passed", "xpassed": "passed", "skipped": "skipped", "xfailed": "skipped"}
        counts[key.get(what, "failed")] += int(number)
    # It failed, whatever the tests say.
    return Result(name, counts["passed"], max(1, counts["failed"]), counts["skipped"])


def totals(results: Sequence[Result]) -> str:
    """Return the sum in one plain line: `N passed, N failed`, and `, N skipped` when any were."""
    passed, failed, skipped = (
        sum(getattr(result, count) for result in results)
        for count in ("passed", "failed", "skipped")
    )
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
