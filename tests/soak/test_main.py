"""The command line."""

import argparse

import pytest

from .__main__ import share


def test_a_share_is_above_0_and_at_most_1() -> None:
    assert share("0.01") == 0.01
    assert share("1") == 1


@pytest.mark.parametrize("text", ["0", "-1", "1.1", "nan", "all"])
def test_another_share_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a number above 0 and at most 1"):
        share(text)
