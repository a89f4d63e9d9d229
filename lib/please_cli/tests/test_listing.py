from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli import listing, workspace


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null"])
def test_a_resolve_that_is_not_locked(
    checkout: Path, write: Callable[..., Path], text: str
) -> None:
    write(checkout / "nix/lock/python/next.json", text)
    first, _ = listing.lines(checkout, workspace.members(checkout))
    assert first == "paint      library  default, next  3.11.2, not locked  Colours"


def test_one_python_is_said_once(checkout: Path, write: Callable[..., Path]) -> None:
    write(checkout / "nix/lock/python/next.json", '{"python": "3.11.2"}')
    first, second = listing.lines(checkout, workspace.members(checkout))
    assert first == "paint      library  default, next  3.11.2  Colours"
    assert second == "door_bell  service  default        3.11.2  Rings"


def test_nothing_to_list(tmp_path: Path) -> None:
    assert list(listing.lines(tmp_path, [])) == []
