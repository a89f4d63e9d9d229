"""What builds require is resolved set by set, and only when it has to be."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python.builds import Builds, Wanted
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

    found = Builds(before, moves, resolve)
    found.add([wanted(key)])
    return found.content(), done


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


def test_sets_of_others_may_stay() -> None:
    first, _ = lock("hatchling", {}, {})
    found = Builds(first, lambda _: False, lambda *_: Locked({}, {}, {}, []))
    found.add([wanted("flit-core")])
    assert list(found.content()["bookworm"]["sets"]) == ["flit-core"]
    both = found.content(with_others=True)["bookworm"]["sets"]
    assert list(both) == ["hatchling", "flit-core"]
    assert list(first["bookworm"]["sets"]) == ["hatchling"]


def lock_all(sets: Mapping[str, Mapping[str, Any]], key: str) -> dict[str, Any]:
    """Return the sets of a lock, of which some are built with others."""

    def resolve(each: Wanted, _: Mapping[str, Any]) -> Locked:
        return Locked(dict(sets[each.key]), {}, {}, list(each.requires))

    found = Builds({}, lambda _: False, resolve)
    found.add([wanted(key)])
    sets_of: dict[str, Any] = found.content()["bookworm"]["sets"]
    return sets_of


def test_what_a_build_is_built_with_is_resolved_too() -> None:
    sets: dict[str, dict[str, Any]] = {
        "nail": {"nail": {"sdist": {}, "build": "anvil>=2, hammer"}, "paint": {}},
        "anvil>=2, hammer": {"anvil": {}, "hammer": {"systems": {"x": {}}}},
    }
    found = lock_all(sets, "nail")
    assert found.keys() == sets.keys()
    assert found["anvil>=2, hammer"]["requires"] == ["anvil>=2", "hammer"]


@pytest.mark.parametrize(
    ("sets", "way"),
    [
        ({"a": {"a": {"sdist": {}, "build": "a"}}}, "a -> a"),
        (
            {
                "a": {"a": {"sdist": {}, "build": "b"}},
                "b": {"b": {}, "c": {"systems": {"x": {"sdist": {}, "build": "d"}}}},
                "d": {"d": {"sdist": {}, "build": "a"}},
            },
            "a -> c -> d -> a",
        ),
    ],
    ids=["itself", "others"],
)
def test_a_cycle_is_named(sets: Mapping[str, Mapping[str, Any]], way: str) -> None:
    with pytest.raises(UserError) as caught:
        lock_all(sets, "a")
    assert caught.value.message == (
        f"src/a/pyproject.toml: the build requires a, which has to be there to be built: {way}; "
        "ask for a version that has a wheel"
    )
