import io
from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.results import Result, from_junit, from_log, totals
from please_cli.table import show
from rich.console import Console

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.5">
<testcase name="a"/></testsuite></testsuites>
"""


def test_a_junit_file(tmp_path: Path, write: Callable[..., Path]) -> None:
    path = write(tmp_path / "junit.xml", JUNIT)
    assert from_junit("paint", path) == Result("paint", 4, 3, 3, 1.5)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("=== 2 failed, 10 passed, 1 skipped in 1.23s ===", Result("paint", 10, 2, 1)),
        ("1 error in 0.10s", Result("paint", 0, 1)),
        ("=== 3 passed, 2 errors, 1 xfailed in 61.00s (0:01:01) ===", Result("paint", 3, 2, 1)),
        ("=== 3 passed, 1 warning in 0.10s ===", Result("paint", 3, 1)),
        ("Killed", Result("paint", 0, 1)),
    ],
)
def test_a_log(summary: str, expected: Result) -> None:
    assert from_log("paint", f"collected 12 items\n{summary}\nlast words") == expected


def test_the_table_has_a_row_for_each() -> None:
    output = io.StringIO()
    show([Result("paint", 4, 3, 0, 1.5), Result("[bell]")], Console(file=output, width=80))
    rows = [line.split() for line in output.getvalue().splitlines() if line.strip()]
    assert rows[0] == ["passed", "failed", "skipped", "seconds"]
    assert rows[2:] == [["paint", "4", "3", "1.5"], ["[bell]", "0"]]


def test_the_totals() -> None:
    assert totals([Result("a", 4, 3), Result("b", 1)]) == "5 passed, 3 failed"
    assert totals([Result("a", 4, 0, 2)]) == "4 passed, 0 failed, 2 skipped"
