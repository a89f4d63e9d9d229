"""An edit rebuilds what depends on it, and no more: the derivations are counted."""

from pathlib import Path

import pytest
from checkout import append
from toolchain import build, would_build

pytestmark = pytest.mark.builds

COMMENT = "\n# An edit.\n"


@pytest.mark.parametrize(
    ("edited", "built", "expected"),
    [
        ("src/treestatus/treestatus/api.py", "treestatus", ["treestatus", "treestatus-code"]),
        ("src/treestatus/settings.py", "treestatus", ["treestatus", "treestatus-code"]),
        ("src/treestatus/treestatus/api.py", "tokens", []),
        ("src/tokens/tokens/api.py", "treestatus", []),
        ("src/treestatus/tests/test_api.py", "treestatus", []),
        ("src/treestatus/tests/test_api.py", "treestatus.tests", ["treestatus-tests"]),
        ("lib/backend_common/backend_common/templates/__init__.py", "tokens", []),
        (
            "lib/backend_common/backend_common/db/__init__.py",
            "treestatus",
            ["backend-common-db", "treestatus"],
        ),
        (
            "lib/backend_common/backend_common/log.py",
            "tokens",
            ["backend-common-log", "tokens"],
        ),
        (
            "lib/backend_common/setup.py",
            "tokens",
            ["backend-common-check", "backend-common-wheel", "tokens"],
        ),
        ("lib/backend_common/tests/test_db.py", "treestatus", []),
        ("lib/please_cli/please_cli/lock/python.py", "please_cli", []),
        ("tests/conftest.py", "treestatus", []),
        ("README.md", "treestatus", []),
        ("nix/python/steps/run_tests.py", "treestatus", []),
    ],
)
def test_an_edit(checkout: Path, edited: str, built: str, expected: list[str]) -> None:
    build(built)
    append(checkout / edited, COMMENT)
    # A manifest may change without the files, whose copy is there then.
    found = [name for name in would_build(built, root=checkout) if not name.endswith("-copy")]
    assert found == expected


def test_a_copy_of_the_checkout_builds_nothing(checkout: Path) -> None:
    build("treestatus")
    assert would_build("treestatus", root=checkout) == []
    assert build("treestatus", root=checkout) == build("treestatus")
