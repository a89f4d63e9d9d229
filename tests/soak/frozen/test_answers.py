"""Which answers count, and as what."""

from . import CAMPAIGN
from .answers import LATEST, RECOVERY, Answer, tally

FROZEN = [(10.0, 20.0)]


def count(*answers: Answer, handled: tuple[str, ...] = ()) -> dict[str, int]:
    """Return what is counted, without what is 0."""
    confirmed = {answer.name for answer in answers if answer.status == 201}
    found = tally(answers, FROZEN, 1, confirmed, handled)
    assert found.counts.keys() == CAMPAIGN.mark.keys()
    return {what: many for what, many in found.counts.items() if many}


def test_an_order_that_is_confirmed_and_handled_is_right() -> None:
    assert count(Answer((1, 2), "a", 201), handled=("a",)) == {}


def test_a_503_is_right_while_a_server_is_frozen_and_shortly_after() -> None:
    assert count(Answer((11, 12), "a", 503), Answer((9, 10), "b", 503)) == {}
    assert count(Answer((20 + RECOVERY, 30), "a", 503)) == {}
    late = Answer((21 + RECOVERY, 30), "a", 503)
    assert count(late) == {"failed after the thaw": 1}


def test_another_error_is_wrong_at_any_time() -> None:
    assert count(Answer((11, 12), "a", 500)) == {"errors other than 503": 1}
    assert count(Answer((11, 12), "a", None)) == {"errors other than 503": 1}


def test_a_late_answer_is_wrong_whatever_it_is() -> None:
    late = Answer((10, 11 + LATEST), "a", 503)
    assert count(late) == {"answered too late": 1}


def test_what_is_confirmed_is_handled_once() -> None:
    answer = Answer((1, 2), "a", 201)
    assert count(answer) == {"confirmed orders that were not handled": 1}
    assert count(answer, handled=("a", "a")) == {"orders that were handled twice": 1}
