from typing import Any

import pytest
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.package_index import Index
from please_cli.lock.python.resolver import explain, skeleton
from please_cli.lock.python.resolves import Resolve

# The failures that uv can be made to show are in test_locking.py.

RESOLVE = Resolve("next", frozenset(["door", "paint"]), Interpreter("3.11.2", (2, 36)))


def test_a_full_disk() -> None:
    output = "error: failed to write\n  cause: No space left on device (os error 28)"
    assert explain(output, RESOLVE) == (
        "no space left for uv; make room in its cache and the temporary directory"
    )


@pytest.mark.parametrize(
    "output",
    [
        "cause: dns error\n  cause: error resolving DNS",
        "error: Request failed after 3 retries\n cause: operation timed out",
    ],
)
def test_no_network(output: str) -> None:
    assert explain(output, RESOLVE).startswith("uv cannot reach the package index; ")


def test_anything_else() -> None:
    message = "the resolve next: uv failed; its message is below"
    assert explain("error: surprise", RESOLVE) == message


def test_the_members_of_a_conflict_are_named() -> None:
    output = "No solution found: because paint depends on a<1 and door-bell depends on a>2"
    assert explain(output, RESOLVE) == (
        "the resolve next: no versions satisfy the requirements of paint; change one of those that "
        "uv names below"
    )


def test_versions_are_kept_for_their_system() -> None:
    known: dict[str, Any] = {
        "flask": {"version": "3.1"},
        "brush": {"systems": {"x86_64-linux": {"version": "1"}, "aarch64-linux": {"version": "2"}}},
    }
    source = 'source = { registry = "https://company/simple" }'
    assert skeleton(
        ">=3.11", Indexes((Index("index-url", "https://company/simple"),)), known
    ).splitlines() == [
        "version = 1",
        'requires-python = ">=3.11"',
        *["[[package]]", 'name = "brush"', 'version = "1"', source],
        "resolution-markers = [\"platform_machine == 'x86_64'\"]",
        *["[[package]]", 'name = "brush"', 'version = "2"', source],
        "resolution-markers = [\"platform_machine == 'aarch64'\"]",
        *["[[package]]", 'name = "flask"', 'version = "3.1"', source],
    ]
