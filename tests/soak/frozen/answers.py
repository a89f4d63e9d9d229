"""Answers of the service, and which of them are failures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..campaign import Tally

LATEST = 12.0
"""How long an answer may take, in seconds: a statement that waits, and a margin for the machine."""

RECOVERY = 4.0
"""The seconds after a thaw in which a request may still fail."""

Span = tuple[float, float]
"""The begin and the end of something (time.monotonic)."""


@dataclass(frozen=True)
class Answer:
    """The answer to a request to make an order; without a status if there was none."""

    span: Span
    name: str
    status: int | None

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.span[1] - self.span[0]


def tally(
    answers: Sequence[Answer],
    frozen: Iterable[Span],
    planned: int,
    confirmed: set[str],
    handled: Sequence[str],
) -> Tally:
    """Count the failures.

    Args:
        answers: All answers.
        frozen: The spans in which a server was frozen.
        planned: How many answers there must be.
        confirmed: The orders that the service confirmed.
        handled: The orders whose message was handled, once for each time.
    """
    excused = [(begin, end + RECOVERY) for begin, end in frozen]
    failed = [
        answer
        for answer in answers
        if answer.status != 201 and not any(_touches(answer.span, span) for span in excused)
    ]
    wrong = [answer for answer in answers if answer.status not in (201, 503)]
    away = sum(answer.status == 503 for answer in answers)
    slowest = max((answer.seconds for answer in answers), default=0.0)
    return Tally(
        tried=len(answers),
        planned=planned,
        counts={
            "answered too late": sum(answer.seconds > LATEST for answer in answers),
            "errors other than 503": len(wrong),
            "failed after the thaw": len(failed),
            "confirmed orders that were not handled": len(confirmed - set(handled)),
            "orders that were handled twice": sum(n > 1 for n in Counter(handled).values()),
        },
        notes=[
            f"{away} answers with 503",
            f"the slowest answer took {slowest:.1f} s",
            *sorted({f"failed: {answer.status or 'no answer'}" for answer in [*wrong, *failed]}),
        ],
    )


def _touches(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
