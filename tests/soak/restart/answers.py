"""Answers of the service, and which of them are failures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..campaign import Tally

SHOWN = 10

Span = tuple[float, float]
"""The begin and the end of something (time.monotonic)."""


@dataclass(frozen=True)
class Answer:
    """The answer to a request; without a status if the connection broke."""

    span: Span
    request: str
    status: int | None
    is_right: bool


def tally(answers: Sequence[Answer], ups: Iterable[Span], planned: int, lost: int) -> Tally:
    """Count the failures.

    Args:
        answers: All answers.
        ups: The spans in which PostgreSQL was up.
        planned: How many answers there must be in them.
        lost: How many confirmed trees the service does not have.
    """
    up = [answer for answer in answers if any(_is_in(answer.span, span) for span in ups)]
    failed = [answer for answer in up if not answer.is_right]
    wrong = [answer for answer in answers if not answer.is_right and answer.status != 503]
    away = sum(answer.status == 503 for answer in answers)
    shown = list(dict.fromkeys([*failed, *wrong]))[:SHOWN]
    return Tally(
        tried=len(up),
        planned=planned,
        counts={
            "failed": len(failed),
            "errors other than 503 at any time": len(wrong),
            "confirmed writes lost": lost,
        },
        notes=[
            f"{away} answers with 503",
            *(f"failed: {answer.request}: {answer.status or 'no answer'}" for answer in shown),
        ],
    )


def _is_in(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
