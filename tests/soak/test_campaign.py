"""Pass marks, and the lines that say whether they are reached."""

import pytest

from .campaign import Campaign, Tally, line, passes, read
from .errors import SoakError

CAMPAIGN = Campaign("requests", {"failed": 0, "refused": 10}, ["redis"])


def test_counts_up_to_the_mark_pass() -> None:
    tally = Tally(1234, 1000, {"failed": 0, "refused": 10})
    assert passes(CAMPAIGN, tally)
    assert line("some", CAMPAIGN, tally) == (
        "some: passed: of 1,234 requests: 0 failed (at most 0); 10 refused (at most 10)"
    )


@pytest.mark.parametrize("counts", [{"failed": 1, "refused": 0}, {"failed": 0, "refused": 11}])
def test_a_count_above_the_mark_fails(counts: dict[str, int]) -> None:
    tally = Tally(1000, 1000, counts)
    assert not passes(CAMPAIGN, tally)
    assert line("some", CAMPAIGN, tally).startswith("some: FAILED: of 1,000 requests: ")


def test_too_few_tries_fail_whatever_they_counted() -> None:
    tally = Tally(999, 1000, {"failed": 0, "refused": 0})
    assert not passes(CAMPAIGN, tally)
    assert line("some", CAMPAIGN, tally).startswith(
        "some: FAILED: of 999 requests of 1,000 planned: 0 failed"
    )


def test_counts_without_a_mark_are_an_error() -> None:
    with pytest.raises(SoakError, match="make CAMPAIGN and the tally agree"):
        passes(CAMPAIGN, Tally(1, 1, {"failed": 0}))


def test_a_tally_is_read_from_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally(3, 2, {"failed": 1}, ["the first: 500"])
    print("something else")
    tally.print()
    assert read(capsys.readouterr().out) == tally


@pytest.mark.parametrize("printed", ["", "done\n", "[1]\n", '{"failed": 1}\n'])
def test_a_last_line_that_is_not_a_tally_is_an_error(printed: str) -> None:
    with pytest.raises(SoakError, match=r"its last line is not a tally: .*; let it end with"):
        read(printed)
