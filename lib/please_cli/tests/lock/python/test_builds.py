"""What builds require is resolved set by set, and only when it has to be."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import builds
from please_cli.lock.python.builds import Wanted
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.packages import Locked

PYTHON = Interpreter("3.11.2", (2, 36))


def wanted(key: str) -> Wanted:
    return Wanted(key, "bookworm", PYTHON, tuple(key.split(", ")), ["src/a/pyproject.toml"])


def lock(
    key: str, packages: Mapping[str, Any], before: Mapping[str, Any], *moving: str
) -> tuple[dict[str, Any], list[str]]:
    """Return the lock of a set, for which a resolver would find some packages, and what it did."""
    done = []

    def resolve(each: Wanted, known: Mapping[str, Any]) -> Locked:
        done.append(f"{each.key} from {sorted(known)}")
        return Locked(dict(packages), {}, {}, [key])

    def moves(names: Collection[str]) -> bool:
        return bool({*names} & {*moving})

    return builds.lock([wanted(key)], before, moves, resolve), done


def test_a_set_is_resolved_once() -> None:
    first, done = lock("hatchling", {"hatchling": {"version": "1"}}, {})
    assert done == ["hatchling from []"]
    assert first == {
        "bookworm": {
            "python": "3.11.2",
            "sets": {
                "hatchling": {
                    "requires": ["hatchling"],
                    "packages": {"hatchling": {"version": "1"}},
                }
            },
        }
    }
    assert lock("hatchling", {}, first) == (first, [])


def test_a_set_moves_with_its_packages_and_with_python() -> None:
    first, _ = lock("hatchling", {"hatchling": {"version": "1"}, "pluggy": {"version": "1"}}, {})
    _, done = lock("hatchling", {}, first, "pluggy")
    assert done == ["hatchling from ['hatchling', 'pluggy']"]
    first["bookworm"]["python"] = "3.11.1"
    assert lock("hatchling", {}, first)[1] == done


def test_a_set_that_nobody_wants_goes() -> None:
    first, _ = lock("hatchling", {}, {})
    found, _ = lock("flit-core", {}, first)
    assert list(found["bookworm"]["sets"]) == ["flit-core"]


@pytest.mark.parametrize(
    "packages",
    [
        {"a": {"build": ["b"]}, "b": {"build": ["c"]}, "c": {"requires": ["a"], "build": ["a"]}},
        {"a": {"build": ["b"]}, "b": {"build": ["c"], "requires": []}, "c": {"build": ["a"]}},
    ],
)
def test_a_cycle_is_named(packages: Mapping[str, Any]) -> None:
    with pytest.raises(UserError) as caught:
        lock("a", packages, {})
    assert caught.value.message == (
        "src/a/pyproject.toml: [build-system] requires a, of which a has no wheel and is built "
        "with itself: a -> b -> c -> a; ask for a version that has a wheel"
    )


def test_a_build_that_needs_another_is_no_cycle() -> None:
    packages = {"a": {"build": ["b"]}, "b": {"requires": ["c"]}, "c": {}}
    assert lock("a", packages, {})[0]["bookworm"]["sets"]["a"]["packages"] == packages
