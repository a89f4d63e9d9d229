"""Markers for each extra: checked against packaging, which evaluates them."""

import itertools
import random

import pytest
from packaging.markers import Marker
from please_cli.lock.python.markers import Said, extras, for_extra


@pytest.mark.parametrize(
    ("marker", "extra", "said"),
    [
        ("extra == 'a'", "a", True),
        ("extra == 'a'", "", False),
        ("'A_b' == extra", "a-b", True),
        ("os_name == 'nt'", "a", 'os_name == "nt"'),
        ("os_name == 'nt' and extra == 'a'", "a", 'os_name == "nt"'),
        ("extra == 'a' and os_name == 'nt'", "b", False),
        ("extra == 'a' or os_name == 'nt'", "b", 'os_name == "nt"'),
        ("extra == 'a' or extra == 'b'", "b", True),
        (
            "python_version not in '2.7, 3.0' and extra == 'a'",
            "a",
            "python_version not in '2.7, 3.0'",
        ),
        ("os_name == 'or' and (extra == 'a' or os_name == '(and)')", "", None),
    ],
)
def test_what_a_marker_says(marker: str, extra: str, said: Said | None) -> None:
    expected = 'os_name == "or" and os_name == "(and)"' if said is None else said
    found = for_extra(marker, extra)
    assert found == (str(Marker(expected)) if isinstance(expected, str) else expected)


def test_the_extras_that_a_marker_asks_for() -> None:
    assert extras("extra == 'B_c' or (extra == 'a' and os_name == 'extra')") == {"a", "b-c"}
    assert extras("os_name == 'nt'") == set()


@pytest.mark.parametrize("seed", range(40))
def test_random_markers_mean_the_same(seed: int) -> None:
    chance = random.Random(seed)

    def marker(depth: int) -> str:
        if depth == 0 or chance.random() < 0.2:
            name = chance.choice(["extra", "extra", "os_name", "sys_platform"])
            return f"{name} == '{chance.choice('abc')}'"
        word = chance.choice([" and ", " or "])
        text = word.join(marker(depth - 1) for _ in range(chance.randint(2, 3)))
        return f"({text})" if chance.random() < 0.6 else text

    text = marker(3)
    for extra, os_name, sys_platform in itertools.product(["", *"abc"], "abc", "abc"):
        here = {"extra": extra, "os_name": os_name, "sys_platform": sys_platform}
        said = for_extra(text, extra)
        holds = Marker(said).evaluate(here) if isinstance(said, str) else said
        assert holds == Marker(text).evaluate(here), (text, here)
