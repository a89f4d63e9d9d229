from typing import Any

import pytest
from serving import LimitError, Limits


def test_limits_come_from_the_settings() -> None:
    assert Limits.read({}) == Limits()
    assert Limits.read({"SERVING_BODY": 5, "SERVING_IDLE": 1.5}) == Limits(body=5, idle=1.5)


def test_the_largest_body_is_flasks_where_nothing_else_is_set() -> None:
    assert Limits.read({"MAX_CONTENT_LENGTH": 5}).max_body == 5
    assert Limits.read({"MAX_CONTENT_LENGTH": None}).max_body == Limits().max_body
    assert Limits.read({"MAX_CONTENT_LENGTH": 5, "SERVING_MAX_BODY": 6}).max_body == 6


@pytest.mark.parametrize("value", [0, -1, True, "1", float("inf"), float("nan")])
@pytest.mark.parametrize(
    "name", ["idle", "head", "body", "answer", "window", "max_body", "connections"]
)
def test_wrong_limits(name: str, value: Any) -> None:
    with pytest.raises(LimitError, match=f"^the setting SERVING_{name.upper()} is wrong: expected"):
        Limits(**{name: value})


@pytest.mark.parametrize("name", ["max_body", "connections"])
def test_counts_are_whole(name: str) -> None:
    with pytest.raises(LimitError, match="expected a whole number above 0; correct it in the"):
        Limits.read({f"SERVING_{name.upper()}": 1.5})
