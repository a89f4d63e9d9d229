"""Which answers count, and as what."""

from . import CAMPAIGN
from .answers import Answer, tally

UPS = [(0.0, 10.0), (20.0, 30.0)]


def answer(begin: float, end: float, status: int | None) -> Answer:
    """Return an answer to a request whose right status is 200."""
    return Answer((begin, end), "GET /", status, status == 200)


def test_answers_within_a_span_count_as_tried() -> None:
    right = [answer(1, 2, 200), answer(20, 30, 200), answer(9, 11, 200), answer(5, 25, 200)]
    found = tally(right, UPS, planned=2, lost=0)
    assert (found.tried, found.planned) == (2, 2)
    assert set(found.counts.values()) == {0}


def test_an_error_while_postgresql_is_up_fails_whatever_its_status() -> None:
    found = tally([answer(1, 2, 503), answer(1, 2, 404)], UPS, planned=0, lost=0)
    assert found.counts["failed"] == 2
    assert found.notes == ["1 answers with 503", "failed: GET /: 503", "failed: GET /: 404"]


def test_only_503_is_right_while_postgresql_is_away() -> None:
    away = [answer(12, 13, status) for status in (503, 500, None)]
    found = tally(away, UPS, planned=0, lost=0)
    assert found.counts["failed"] == 0
    assert found.counts["errors other than 503 at any time"] == 2
    assert found.notes[1:] == ["failed: GET /: 500", "failed: GET /: no answer"]


def test_lost_writes_are_counted_and_every_count_has_a_mark() -> None:
    found = tally([], UPS, planned=0, lost=3)
    assert found.counts["confirmed writes lost"] == 3
    assert found.counts.keys() == CAMPAIGN.mark.keys()
